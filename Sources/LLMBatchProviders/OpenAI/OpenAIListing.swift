import LLMBatchCore

/// The lists of the OpenAI API, paged by the id of the last object.
struct OpenAIListing: Sendable {
    let transport: HTTPTransport

    /// A list of objects.
    ///
    /// - Parameter limit: the page size; nil where lists are not paged and accept no parameters.
    func list(
        _ path: [String], query: [(String, String)] = [], limit: Int?, of what: String
    ) -> Listing<JSONObject> {
        Listing(what: what, id: { WireReading.filled($0.string("id")) }) { (cursor) throws(ProviderError) in
            let after = cursor.map { [("after", $0)] } ?? []
            let size = limit.map { [("limit", String($0))] } ?? []
            let reply = try await transport.send(.init(path: path, query: query + size + after))
            guard let page = Self.page(reply.body), let objects = page.objects("data") else {
                throw ProviderError(.unreadable, delivery: .unknown, message: "the list of \(what) could not be read")
            }
            return .init(items: objects, next: Self.next(page, objects, isPaged: limit != nil))
        }
    }

    /// The continuation of a page. Some services omit `has_more` even if there is more.
    static func next(_ page: JSONObject, _ objects: [JSONObject], isPaged: Bool) -> Listing<JSONObject>.Next {
        let last =
            WireReading.filled(objects.last?.string("id")) ?? WireReading.filled(page.string("last_id"))
            ?? objects.lazy.reversed().compactMap { WireReading.filled($0.string("id")) }.first
        guard page.has("has_more") else {
            return isPaged ? last.map { .maybe($0) } ?? .end : .end
        }
        guard page.isTrue("has_more") else { return .end }
        return last.map { .page($0) } ?? .unknown
    }

    /// A page as an object; some services send only the array.
    private static func page(_ body: [UInt8]) -> JSONObject? {
        let first = body.first { $0 != 0x20 && $0 != 0x0A && $0 != 0x0D && $0 != 0x09 }
        guard first == UInt8(ascii: "[") else { return try? JSONObject(body) }
        return try? JSONObject(Array(#"{"data":"#.utf8) + body + Array("}".utf8))
    }
}
