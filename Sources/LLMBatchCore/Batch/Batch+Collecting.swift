extension Batch {
    /// Fetches again the results of provider jobs that ended with answers missing. Nothing is submitted and nothing is
    /// paid for.
    ///
    /// A request without an answer (`missing`, `expired`, `cancelled`, or an unreadable line) gets the provider's line,
    /// as long as the provider keeps it; all other results stay as they are. The counts of the batch follow. A job that
    /// needs attention because its results are gone or incomplete is checked again, and resumes.
    ///
    /// Each chunk of lines is durable together with its counts: a crash loses nothing, and a second call changes
    /// nothing.
    ///
    /// - Parameter index: the provider job of each attempt, from 1; nil for all of them.
    /// - Throws: `heldElsewhere` while another process drives the batch; `keyRefused`; `accountChanged`; the provider's errors.
    @discardableResult
    public func collectAgain(job index: Int? = nil) async throws -> LateResults {
        var found = LateResults()
        for attempt in try await attempts() {
            let jobs = try await providerJobs(of: attempt, index: index)
            let wanting = jobs.filter(\.canBeCollectedAgain)
            if !wanting.isEmpty {
                found = found + (try await runner(asking: provider(of: attempt)).collectAgain(wanting, of: attempt))
            }
            let stopped = jobs.filter(\.state.lacksResults)
            if !stopped.isEmpty {
                found = found + (try await runner(asking: provider(of: attempt)).lookAgain(at: stopped, of: attempt))
            }
        }
        return found
    }

    /// The provider job of an attempt with this index, if the attempt has one; without an index all of them.
    private func providerJobs(of attempt: Attempt, index: Int?) async throws -> [ProviderJob] {
        guard let index else { return try await storage.providerJobs(of: id, attempt: attempt.number) }
        let job = ProviderJobID(batch: id, attempt: attempt.number, index: index)
        do { return [try await storage.providerJob(job)] } catch LLMBatchError.Code.notFound { return [] }
    }

    /// The provider that holds the jobs of an attempt: the given one where the names match.
    private func provider(of attempt: Attempt) throws -> Provider {
        if let given, given.settings.name == attempt.provider.name { return given }
        return try catalog.provider(attempt.provider)
    }
}

extension ProviderJob {
    /// True for a job that ended with answers missing and that the provider may still have.
    package var canBeCollectedAgain: Bool {
        state.phase == .ended && counts.unsuccessful > 0 && state.remoteID != nil
    }
}
