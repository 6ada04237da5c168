extension BatchRunner {
    /// Applies a decision of the owner to the provider jobs that are in doubt.
    ///
    /// - Throws: `wrongState` when no job is in doubt.
    func decide(
        index: Int?, isOne: Bool = false,
        _ decision: @Sendable (any BatchProvider, ProviderJob) async throws -> ProviderJobEvent
    ) async throws {
        guard case .batch(let remote) = provider.kind else {
            throw LLMBatchError(.wrongState, "\(provider.settings.name) has no jobs that could be in doubt")
        }
        try await underClaim { claim in
            guard var attempt = try await storage.attempts(of: batch).last else { throw nothingInDoubt }
            let jobs = try await storage.providerJobs(of: batch, attempt: attempt.number)
            try await bind(&attempt, jobs, claim: claim)
            let doubtful = jobs.filter { $0.state.isInDoubt && (index == nil || $0.id.index == index) }
            guard !doubtful.isEmpty else { throw nothingInDoubt }
            guard !isOne || doubtful.count == 1 else {
                let numbers = doubtful.map { String($0.id.index) }.joined(separator: ", ")
                throw LLMBatchError(
                    .wrongState, "provider jobs \(numbers) of batch \(batch) are in doubt",
                    remedy: Remedy(nil, .give(.providerJob)))
            }
            for job in doubtful {
                let event: ProviderJobEvent
                do { event = try await decision(remote, job) } catch let error as ProviderError {
                    throw error.kind == .notFound
                        ? LLMBatchError(.notFound, "the provider does not know this job: \(error.message)")
                        : error.stopping("asking for the job")
                }
                try await storage.record(lifecycle.reduce(job.state, event).state, of: job.id, under: claim)
            }
        }
    }

    private var nothingInDoubt: LLMBatchError {
        LLMBatchError(
            .wrongState, "no provider job of batch \(batch) is in doubt",
            remedy: Remedy(nil, .showStatus(batch)))
    }
}
