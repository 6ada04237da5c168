/// Answers requests from answers that the storage already holds for identical requests, at no cost.
struct AnswerReuser: Sendable {
    private let storage: any AnswerLookup
    private let provider: ProviderSettings
    private let policy: (any BatchPolicy)?
    private let fromImports: Bool

    /// - Parameters:
    ///   - provider: the settings of the attempt, with its model.
    ///   - policy: validates answers of a typed job; an answer it rejects is not reused.
    ///   - fromImports: whether answers of imported batches may be used.
    /// - Throws: `invalidConfiguration` when the storage cannot look up answers.
    init(_ storage: any BatchStorage, provider: ProviderSettings, policy: (any BatchPolicy)?, fromImports: Bool)
        throws(LLMBatchError)
    {
        guard let finding = storage as? any AnswerLookup else {
            throw LLMBatchError(
                .invalidConfiguration, "this storage cannot look up answers, so none can be reused")
        }
        self.storage = finding
        self.provider = provider
        self.policy = policy
        self.fromImports = fromImports
    }

    /// The available answers, by the positions of the requests.
    ///
    /// - Parameter requests: the requests as they would be sent.
    func answers(to requests: [StoredRequest]) async throws -> [Int: IncomingResult] {
        let contents = requests.map { ReuseKey($0.request, provider: provider) }
        let found = try await storage.answers(to: Array(Set(contents)), fromImports: fromImports)
        var answers: [Int: IncomingResult] = [:]
        for (stored, content) in zip(requests, contents) {
            guard let result = found[content] else { continue }
            let incoming = Self.incoming(result, for: stored.request)
            let judged = policy?.judged(incoming, asked: stored.request.line) ?? incoming
            if judged.outcome == .succeeded { answers[stored.position] = judged }
        }
        return answers
    }

    /// Stores the answers to a job's open requests, page by page. Stored answers stay, so it can be repeated.
    func answer(_ job: ProviderJobID, under claim: Claim) async throws {
        var query = ProviderJobRequestQuery(job: job, onlyOpen: true)
        while true {
            try Task.checkCancellation()
            let page = try await storage.providerJobRequests(query)
            let answers = try await answers(to: page.elements)
            if !answers.isEmpty { try await storage.take(Array(answers.values), of: job, under: claim) }
            guard page.hasMore, let last = page.elements.last else { return }
            query.after = last.position
        }
    }

    /// The stored answer under the id of the request, without tokens, which were paid for when it was received.
    private static func incoming(_ result: BatchResult, for request: BatchRequest) -> IncomingResult {
        IncomingResult(
            customID: result.customID, outcome: .succeeded, statusCode: result.statusCode, usage: TokenUsage(),
            line: result.line, nativeLine: result.nativeLine, source: .reused
        ).renamed(request.customID)
    }
}
