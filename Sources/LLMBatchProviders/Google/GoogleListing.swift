import LLMBatchCore

/// The lists of Google's services, paged by `pageToken`.
struct GoogleListing: Sendable {
    let transport: HTTPTransport

    /// The objects under `member`, which an empty page omits.
    func list(
        _ path: [String], query: [(String, String)], member: String, of what: String
    ) -> Listing<JSONObject> {
        Listing(what: what, id: { WireReading.filled($0.string("name")) }) { (cursor) throws(ProviderError) in
            let token = cursor.map { [("pageToken", $0)] } ?? []
            let page = try WireReading.object(try await transport.send(.init(path: path, query: query + token)))
            let next = WireReading.filled(page.string("nextPageToken"))
            return .init(items: page.objects(member) ?? [], next: next.map { .page($0) } ?? .end)
        }
    }
}
