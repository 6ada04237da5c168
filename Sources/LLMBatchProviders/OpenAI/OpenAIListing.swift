import LLMBatchCore

/// Reads a cursor-paged list of the OpenAI API to its end, or as far as is asked.
struct OpenAIListing: Sendable {
    let transport: HTTPTransport

    /// The objects of a list, newest first, up to the first that `upTo` says is too old.
    ///
    /// A page that repeats what was seen ends the list: some services page for ever.
    func all(
        _ path: [String], query: [(String, String)], limit: Int?, atMost: Int, upTo isTooOld: (JSONObject) -> Bool
    ) async throws(ProviderError) -> [JSONObject] {
        var found: [JSONObject] = []
        var seen: Set<String> = []
        var after: String?
        while found.count < atMost {
            let cursor = after.map { [("after", $0)] } ?? []
            let size = limit.map { [("limit", String($0))] } ?? []
            let reply = try await transport.send(.init(path: path, query: query + size + cursor))
            guard let page = Self.page(reply.body), let objects = page.objects("data") else {
                throw ProviderError(.unreadable, delivery: .unknown, message: "the list could not be read")
            }
            for object in objects {
                if isTooOld(object) { return found }
                guard let id = object.string("id"), seen.insert(id).inserted else { return found }
                found.append(object)
            }
            guard page.isTrue("has_more"), let last = objects.last?.string("id") else {
                break
            }
            after = last
        }
        return found
    }

    /// A page as an object; some services send the array alone.
    private static func page(_ body: [UInt8]) -> JSONObject? {
        let first = body.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard first == UInt8(ascii: "[") else { return try? JSONObject(body) }
        return try? JSONObject(Array(#"{"data":"#.utf8) + body + Array("}".utf8))
    }
}
