/// Counts how many requests of a source the storage has already answered: what reusing answers would save.
package struct AnswerFit {
    let storage: any AnswerLookup
    let provider: ProviderSettings

    /// Nil for a storage that cannot look up answers by request.
    package init?(_ storage: any BatchStorage, provider: ProviderSettings) {
        guard let finding = storage as? any AnswerLookup else { return nil }
        self.storage = finding
        self.provider = provider
    }

    package struct Found: Sendable, Hashable {
        /// The newest batch that contains one of the first custom ids.
        package let batch: BatchID
        /// Requests with a stored answer from the same model under the same settings.
        package let answered: Int
        package let requests: Int
    }

    /// Compares a source with earlier requests; nil when none of its first custom ids was ever used, or no stored
    /// answer matches.
    package func count(_ source: RequestSource) async throws -> Found? {
        guard let batch = try await batch(withFirstOf: source) else { return nil }
        var (answered, count) = (0, 0)
        var page: [ReuseKey] = []
        func look() async throws {
            let found = try await storage.answers(to: Array(Set(page)))
            answered += page.count { found[$0] != nil }
            page.removeAll(keepingCapacity: true)
        }
        try await source.read { requests in
            try Task.checkCancellation()
            count += requests.count
            for request in requests {
                page.append(ReuseKey(request.request, provider: provider))
                if page.count == 500 { try await look() }
            }
        }
        try await look()
        return answered > 0 ? Found(batch: batch, answered: answered, requests: count) : nil
    }

    private func batch(withFirstOf source: RequestSource) async throws -> BatchID? {
        for request in try await source.first(5) {
            if let batch = try await storage.batches(containing: request.request.customID, limit: 1).first {
                return batch
            }
        }
        return nil
    }
}
