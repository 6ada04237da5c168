import LLMBatchCore

/// The body of a chat completion read member by member; what nobody asked for is refused at the end, by name.
struct ChatBody {
    private let root: JSONNode
    private var seen: Set<String> = []

    init(_ request: OutgoingRequest) throws(RequestRefusal) {
        do throws(JSONSyntaxError) {
            root = try JSONNode(Array(request.request.body(model: nil)))
        } catch {
            throw RequestRefusal(field: nil, "the body cannot be read: \(error)")
        }
    }

    /// The value of a member; nil when there is none or it is null, which asks for nothing.
    mutating func take(_ key: String) -> JSONNode? {
        seen.insert(key)
        guard let value = root[key], value != .null else { return nil }
        return value
    }

    /// Passes over a member that asks for what happens anyway; any other value is refused.
    mutating func allow(_ key: String, only values: [JSONNode]) throws(RequestRefusal) {
        guard let value = take(key), !values.contains(value) else { return }
        throw RequestRefusal(field: key, "cannot be asked of this provider")
    }

    /// Refuses the members that were not taken.
    func end() throws(RequestRefusal) {
        let unknown = (root.members ?? []).first { !seen.contains($0.key) && $0.value != .null }
        if let unknown { throw RequestRefusal(field: unknown.key, "cannot be asked of this provider") }
    }
}

extension OutgoingRequest {
    /// The body in the provider's own form: untouched, but for a model that it names and that is to be replaced.
    var nativeBody: [UInt8] {
        let body = Array(request.body(model: nil))
        guard let model, let object = try? JSONObject(body), object.has("model") else { return body }
        return object.replacing("model", with: JSONText.quoted(model))
    }
}
