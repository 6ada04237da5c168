/// A provider job for which there is no room in the provider's queue.
public struct RoomWait: Sendable, Hashable {
    /// The job.
    public let job: ProviderJobID
    /// The provider's reason, as it said it last.
    public let reason: ResultError
    /// True when no other job of this storage is at work there: this one alone may be larger than the queue, and then waits
    /// without an end.
    public let isAlone: Bool

    /// In words, safe to show.
    public var description: String {
        let waits = "provider job \(job) waits for room in the provider's queue: \(reason.code): \(reason.message)"
        guard isAlone else { return waits }
        return waits + " (No other job of this store is at work there, so this one alone may be larger than the queue. "
            + "The options requests-per-job and bytes-per-job make smaller jobs.)"
    }
}

extension Batch {
    /// The provider jobs of the latest attempt that wait for room, with the provider's reason; as last recorded, nobody is
    /// asked.
    public func waitingForRoom() async throws -> [RoomWait] {
        guard let attempt = try await attempts().last else { return [] }
        let jobs = try await storage.jobs(of: id, attempt: attempt.number)
        let waiting = jobs.filter { $0.state.phase != .ended && $0.state.lackOfRoom != nil }
        guard !waiting.isEmpty else { return [] }
        let isAtWork = jobs.contains(where: \.isAtWork)
        let isAlone =
            waiting.count == 1 && !isAtWork
            ? try await !hasOthersAtWork(at: attempt.provider) : false
        return waiting.compactMap { job in
            job.state.lackOfRoom.map { RoomWait(job: job.id, reason: $0, isAlone: isAlone) }
        }
    }

    /// Whether one of the storage's newest batches has a job at work at the same provider.
    private func hasOthersAtWork(at provider: ProviderSettings) async throws -> Bool {
        let query = BatchQuery(
            statuses: [.validating, .inProgress, .finalizing, .cancelling], provider: provider.name)
        for record in try await storage.batches(query).elements where record.id != id {
            if try await storage.jobs(of: record.id, attempt: record.attempts).contains(where: \.isAtWork) {
                return true
            }
        }
        return false
    }
}

extension ProviderJob {
    /// True while the provider has it in its queue or works on it.
    fileprivate var isAtWork: Bool { state.phase == .submitted && state.lackOfRoom == nil }
}
