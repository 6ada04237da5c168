/// What a copy of a batch begins with: all of it but its requests, tries and anomalies.
public struct BatchSnapshot: Sendable, Codable {
    public var batch: BatchRecord
    public var attempts: [Attempt]
    public var jobs: [ProviderJob]

    public init(batch: BatchRecord, attempts: [Attempt], jobs: [ProviderJob]) {
        self.batch = batch
        self.attempts = attempts
        self.jobs = jobs
    }
}

/// One request's membership in one provider job, with its result if it has one: what a copy is made of.
public struct StoredTry: Sendable, Hashable, Codable {
    public var job: ProviderJobID
    public var position: Int
    /// Nil while it is open.
    public var result: BatchResult?
    public var source: ResultSource?

    public init(job: ProviderJobID, position: Int, result: BatchResult?, source: ResultSource?) {
        self.job = job
        self.position = position
        self.result = result
        self.source = source
    }

    /// Where a listing goes on after this try.
    public var cursor: TryCursor { TryCursor(attempt: job.attempt, index: job.index, position: position) }
}

/// A place in the list of a batch's tries.
public struct TryCursor: Sendable, Hashable {
    public var attempt: Int
    public var index: Int
    public var position: Int

    public init(attempt: Int, index: Int, position: Int) {
        self.attempt = attempt
        self.index = index
        self.position = position
    }
}
