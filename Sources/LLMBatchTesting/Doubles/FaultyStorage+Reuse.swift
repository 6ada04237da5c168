public import LLMBatchCore

extension FaultyStorage: AnswerLookup {
    public func answers(
        to contents: [ReuseKey], fromImports: Bool
    ) async throws -> [ReuseKey: BatchResult] {
        try await perform(.answers) {
            // A storage that cannot look up answers has none.
            try await (wrapped as? any AnswerLookup)?.answers(to: contents, fromImports: fromImports) ?? [:]
        }
    }
}
