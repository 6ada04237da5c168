/// Answers requests with what the storage already holds for the same content, so that nobody is asked and nothing is paid.
struct AnswerReuser: Sendable {
    private let storage: any AnswerFinding
    private let provider: ProviderSettings
    private let check: AnswerCheck?
    private let fromImports: Bool

    /// - Parameters:
    ///   - provider: the settings of the attempt, with its model.
    ///   - check: what judges answers of a job; one that it refuses is not reused.
    ///   - fromImports: whether answers of imported batches count.
    /// - Throws: `invalidConfiguration` when the storage cannot find answers by their content.
    init(_ storage: any BatchStorage, provider: ProviderSettings, check: AnswerCheck?, fromImports: Bool)
        throws(LLMBatchError)
    {
        guard let finding = storage as? any AnswerFinding else {
            throw LLMBatchError(
                .invalidConfiguration, "this storage cannot find answers by what was asked, so none can be reused")
        }
        self.storage = finding
        self.provider = provider
        self.check = check
        self.fromImports = fromImports
    }

    /// The answers that there are, by the positions of the requests.
    ///
    /// - Parameter requests: as they are asked.
    func answers(to requests: [StoredRequest]) async throws -> [Int: IncomingResult] {
        let contents = requests.map { RequestContent($0.request, provider: provider) }
        let found = try await storage.answers(to: Array(Set(contents)), fromImports: fromImports)
        var answers: [Int: IncomingResult] = [:]
        for (stored, content) in zip(requests, contents) {
            guard let result = found[content] else { continue }
            let incoming = Self.incoming(result, for: stored.request)
            let judged = check?.judged(incoming, asked: stored.request.line) ?? incoming
            if judged.outcome == .succeeded { answers[stored.position] = judged }
        }
        return answers
    }

    /// Stores the answers to what is open in a job, page by page. What is stored stays, so it can be done again.
    func answer(_ job: ProviderJobID, under claim: Claim) async throws {
        var query = JobRequestQuery(job: job, onlyOpen: true)
        while true {
            try Task.checkCancellation()
            let page = try await storage.jobRequests(query)
            let answers = try await answers(to: page.elements)
            if !answers.isEmpty { try await storage.take(Array(answers.values), of: job, under: claim) }
            guard page.hasMore, let last = page.elements.last else { return }
            query.after = last.position
        }
    }

    /// The stored answer under the name of the request; its tokens were paid for when it came.
    private static func incoming(_ result: BatchResult, for request: BatchRequest) -> IncomingResult {
        IncomingResult(
            customID: result.customID, outcome: .succeeded, statusCode: result.statusCode, usage: TokenUsage(),
            line: result.line, nativeLine: result.nativeLine, source: .reused
        ).renamed(request.customID)
    }
}
