/// The start of a copy of a batch: everything except its requests, tries and anomalies.
public struct BatchSnapshot: Sendable, Codable {
    /// The record of the batch.
    public var batch: BatchRecord
    /// The attempts of the batch.
    public var attempts: [Attempt]
    /// The provider jobs of the batch.
    public var jobs: [ProviderJob]

    public init(batch: BatchRecord, attempts: [Attempt], jobs: [ProviderJob]) {
        self.batch = batch
        self.attempts = attempts
        self.jobs = jobs
    }
}
