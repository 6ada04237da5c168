extension BatchStorage {
    /// Makes the state of a job durable, ending the job when it has ended; cancellation of the task does not stop it.
    func record(_ state: JobState, of job: ProviderJobID, under claim: Claim) async throws {
        try await shielded {
            if state.phase == .ended {
                _ = try await endJob(job, state: state, closing: state.closing, claim: claim)
            } else {
                try await saveJob(job, state: state, claim: claim)
            }
        }
    }
}
