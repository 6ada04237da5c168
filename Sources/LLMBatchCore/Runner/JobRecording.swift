extension BatchStorage {
    /// Makes the state of a job durable, ending the job when it has ended; cancellation of the task does not stop it.
    func record(_ state: JobState, of job: ProviderJobID, under claim: Claim) async throws {
        try await shielded {
            if state.phase == .ended {
                Failpoint.endBefore.pass()
                _ = try await endJob(job, state: state, closing: state.closing, claim: claim)
                Failpoint.endAfter.pass()
            } else {
                Failpoint.stateBeforeSave.pass()
                try await saveJob(job, state: state, claim: claim)
                Failpoint.stateAfterSave.pass()
            }
        }
    }

    /// Stores results of a job; cancellation of the task does not stop it.
    func take(
        _ results: [IncomingResult], progress: CollectionProgress? = nil, of job: ProviderJobID, under claim: Claim
    ) async throws {
        try await shielded {
            Failpoint.ingestBefore.pass()
            _ = try await ingest(results, progress: progress, into: job, claim: claim)
            Failpoint.ingestAfter.pass()
        }
    }
}
