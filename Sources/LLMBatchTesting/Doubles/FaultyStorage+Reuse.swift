public import LLMBatchCore

extension FaultyStorage: AnswerFinding {
    public func answers(
        to contents: [RequestContent], fromImports: Bool
    ) async throws -> [RequestContent: BatchResult] {
        try await perform(.answers) {
            // A storage that cannot find answers has none.
            try await (wrapped as? any AnswerFinding)?.answers(to: contents, fromImports: fromImports) ?? [:]
        }
    }
}
