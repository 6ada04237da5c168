import LLMBatchCore

/// Reads a cursor-paged list of the OpenAI API to its end, or as far as is asked.
struct OpenAIListing: Sendable {
    let transport: HTTPTransport

    /// The objects of a list, newest first, up to the first that `upTo` says is too old.
    ///
    /// A page that repeats what was seen ends the list: some services page for ever.
    func all(
        _ path: [String], query: [(String, String)], limit: Int, atMost: Int, upTo isTooOld: (JSONObject) -> Bool
    ) async throws(ProviderError) -> [JSONObject] {
        var found: [JSONObject] = []
        var seen: Set<String> = []
        var after: String?
        while found.count < atMost {
            let cursor = after.map { [("after", $0)] } ?? []
            let reply = try await transport.send(.init(path: path, query: query + [("limit", String(limit))] + cursor))
            guard let page = try? JSONObject(reply.body), let objects = page.objects("data") else {
                throw ProviderError(.unreadable, delivery: .unknown, message: "the list could not be read")
            }
            for object in objects {
                if isTooOld(object) { return found }
                guard let id = object.string("id"), seen.insert(id).inserted else { return found }
                found.append(object)
            }
            guard page.raw("has_more")?.elementsEqual("true".utf8) == true, let last = objects.last?.string("id") else {
                break
            }
            after = last
        }
        return found
    }
}
