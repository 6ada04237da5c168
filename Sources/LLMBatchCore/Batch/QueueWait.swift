/// A provider job that waits because the provider's queue is full.
public struct QueueWait: Sendable, Hashable {
    public let job: ProviderJobID
    /// The provider's latest reason.
    public let reason: ResultError
    /// True when no other job of this storage is running there. This job alone may then exceed the queue, and would
    /// wait forever.
    public let isAlone: Bool

    public var description: String {
        let waits = "provider job \(job) waits for capacity in the provider's queue: \(reason.code): \(reason.message)"
        guard isAlone else { return waits }
        return waits + " (No other job of this store is running there, so this one alone may exceed the queue. "
            + "The options requests-per-job and bytes-per-job create smaller jobs.)"
    }
}
