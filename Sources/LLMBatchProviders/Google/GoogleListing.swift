import LLMBatchCore

/// Reads a list that is paged by `pageToken` to its end.
struct GoogleListing: Sendable {
    let fetch: @Sendable (HTTPTransport.Call) async throws(ProviderError) -> HTTPTransport.Reply

    /// The objects under `member` of all pages.
    ///
    /// A page token that was seen before ends the list: some services page for ever.
    func all(
        _ path: [String], query: [(String, String)], member: String, atMost: Int = 100_000
    ) async throws(ProviderError) -> [JSONObject] {
        var found: [JSONObject] = []
        var seen: Set<String> = []
        var token: String?
        repeat {
            let cursor = token.map { [("pageToken", $0)] } ?? []
            let page = try WireReading.object(try await fetch(.init(path: path, query: query + cursor)))
            // An empty list is sent without the member.
            found += page.objects(member) ?? []
            token = WireReading.filled(page.string("nextPageToken"))
        } while token.map { seen.insert($0).inserted } ?? false && found.count < atMost
        return found
    }
}
