/// Counts how much of what is to be asked the storage has answered already: what reusing answers would save.
package struct AnswerFit {
    let storage: any AnswerFinding
    let provider: ProviderSettings

    /// Nil for a storage that cannot find answers by what was asked.
    package init?(_ storage: any BatchStorage, provider: ProviderSettings) {
        guard let finding = storage as? any AnswerFinding else { return nil }
        self.storage = finding
        self.provider = provider
    }

    /// What was counted.
    package struct Found: Sendable, Hashable {
        /// The newest batch with one of the first custom ids.
        package let batch: BatchID
        /// Requests that have an answer in the storage, asked of the same model in the same way.
        package let answered: Int
        /// All requests.
        package let requests: Int
    }

    /// Compares a source with what was asked before; nil where none of its first custom ids was ever used, or no answer
    /// fits.
    package func count(_ source: RequestSource) async throws -> Found? {
        guard let batch = try await batch(withFirstOf: source) else { return nil }
        var (answered, count) = (0, 0)
        var page: [RequestContent] = []
        func look() async throws {
            let found = try await storage.answers(to: Array(Set(page)))
            answered += page.count { found[$0] != nil }
            page.removeAll(keepingCapacity: true)
        }
        try await source.read { requests in
            try Task.checkCancellation()
            count += requests.count
            for request in requests {
                page.append(RequestContent(request.request, provider: provider))
                if page.count == 500 { try await look() }
            }
        }
        try await look()
        return answered > 0 ? Found(batch: batch, answered: answered, requests: count) : nil
    }

    private struct Enough: Error {}

    private func batch(withFirstOf source: RequestSource) async throws -> BatchID? {
        var ids: [CustomID] = []
        do {
            try await source.read { requests in
                ids += requests.prefix(5).map(\.request.customID)
                if ids.count >= 5 { throw Enough() }
            }
        } catch is Enough {}
        for id in ids.prefix(5) {
            if let batch = try await storage.batches(containing: id, limit: 1).first { return batch }
        }
        return nil
    }
}
