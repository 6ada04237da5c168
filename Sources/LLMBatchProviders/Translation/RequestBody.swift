import LLMBatchCore

/// The body of a request, read member by member. Members left at the end are refused by name.
struct RequestBody {
    private let root: JSONNode
    private var seen: Set<String> = []

    init(_ request: OutgoingRequest) throws(RequestRefusal) {
        do throws(JSONSyntaxError) {
            root = try JSONNode(Array(request.request.body(model: nil)))
        } catch {
            throw RequestRefusal(field: nil, "the body cannot be read: \(error)")
        }
    }

    /// Takes the value of a member; nil when it is absent or null.
    mutating func take(_ key: String) -> JSONNode? {
        seen.insert(key)
        guard let value = root[key], value != .null else { return nil }
        return value
    }

    /// A number, as written.
    mutating func number(_ key: String) throws(RequestRefusal) -> JSONNode? {
        guard let value = take(key) else { return nil }
        guard case .number = value else { throw RequestRefusal(field: key, "must be a number") }
        return value
    }

    /// True or false.
    mutating func flag(_ key: String) throws(RequestRefusal) -> Bool? {
        guard let value = take(key) else { return nil }
        guard case .bool(let flag) = value else { throw RequestRefusal(field: key, "must be true or false") }
        return flag
    }

    /// Ignores a member with a default value; any other value is refused.
    mutating func allow(_ key: String, only values: [JSONNode]) throws(RequestRefusal) {
        guard let value = take(key), !values.contains(value) else { return }
        throw RequestRefusal(field: key, "is not supported by this provider")
    }

    /// Ignores the defaults that every batch service applies.
    mutating func allowDefaults() throws(RequestRefusal) {
        try allow("stream", only: [false])
        try allow("store", only: [false])
        try allow("logprobs", only: [false])
        try allow("modalities", only: [["text"]])
        try allow("service_tier", only: ["auto", "default"])
        try allow("logit_bias", only: [.object([])])
    }

    /// Refuses the members that were not taken.
    func end() throws(RequestRefusal) { try root.refuseMembers(but: seen, in: nil) }
}

extension JSONNode {
    /// Refuses unknown members, unless they are null or empty.
    ///
    /// - Parameter field: the location of this object; nil for the body itself.
    func refuseMembers(but known: Set<String>, in field: String?) throws(RequestRefusal) {
        let other = members?.first { !known.contains($0.key) && $0.value != .null && $0.value != .array([]) }
        guard let other else { return }
        let place = field.map { "\($0).\(other.key)" } ?? other.key
        throw RequestRefusal(field: place, "is not supported by this provider")
    }
}

extension OutgoingRequest {
    /// The body in the provider's native format, unchanged except for a replaced model.
    var nativeBody: [UInt8] {
        let body = Array(request.body(model: nil))
        guard let model, let object = try? JSONObject(body), object.has("model") else { return body }
        return object.replacing("model", with: JSONText.quoted(model))
    }
}
