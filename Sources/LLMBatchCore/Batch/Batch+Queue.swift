extension Batch {
    /// The provider jobs of the latest attempt that wait because the provider's queue is full, with the provider's
    /// reason, as last recorded. No call is made.
    public func queueWaits() async throws -> [QueueWait] {
        guard let attempt = try await attempts().last else { return [] }
        let jobs = try await storage.providerJobs(of: id, attempt: attempt.number)
        let waiting = jobs.filter { $0.state.phase != .ended && $0.state.queueFull != nil }
        guard !waiting.isEmpty else { return [] }
        let isAtWork = jobs.contains(where: \.isAtWork)
        let isAlone =
            waiting.count == 1 && !isAtWork
            ? try await !hasOthersAtWork(at: attempt.provider) : false
        return waiting.compactMap { job in
            job.state.queueFull.map { QueueWait(job: job.id, reason: $0, isAlone: isAlone) }
        }
    }

    /// Whether one of the storage's newest batches has a job running at the same provider.
    private func hasOthersAtWork(at provider: ProviderSettings) async throws -> Bool {
        let query = BatchQuery(
            statuses: [.validating, .inProgress, .finalizing, .cancelling], provider: provider.name)
        for record in try await storage.batches(query).elements where record.id != id {
            if try await storage.providerJobs(of: record.id, attempt: record.attempts).contains(where: \.isAtWork) {
                return true
            }
        }
        return false
    }
}

extension ProviderJob {
    /// True while the provider has it in its queue or is running it.
    fileprivate var isAtWork: Bool { state.phase == .submitted && state.queueFull == nil }
}
