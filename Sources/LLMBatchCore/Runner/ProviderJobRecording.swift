extension BatchStorage {
    /// Makes the state of a job durable, and ends the job if it has ended; cancelling the task does not interrupt it.
    func record(_ state: ProviderJobState, of job: ProviderJobID, under claim: Claim) async throws {
        try await shielded {
            if state.phase == .ended {
                Failpoint.endBefore.pass()
                let counts = try await endProviderJob(job, state: state, closing: state.closing, claim: claim)
                Observation.report(.ended(counts), of: job, state.remoteID)
                Failpoint.endAfter.pass()
            } else {
                Failpoint.stateBeforeSave.pass()
                try await saveProviderJob(job, state: state, claim: claim)
                Failpoint.stateAfterSave.pass()
            }
        }
    }

    /// Stores results of a job; cancelling the task does not interrupt it.
    func take(
        _ results: [IncomingResult], progress: CollectionProgress? = nil, of job: ProviderJobID, under claim: Claim
    ) async throws {
        try await shielded {
            Failpoint.ingestBefore.pass()
            let report = try await ingest(results, progress: progress, into: job, claim: claim)
            if report.stored > 0 { Observation.report(.stored(results: report.stored), of: job) }
            Failpoint.ingestAfter.pass()
        }
    }
}
