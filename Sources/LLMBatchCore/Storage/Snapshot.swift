/// What a copy of a batch begins with: all of it but its requests, tries and anomalies.
public struct BatchSnapshot: Sendable, Codable {
    /// The batch it is about.
    public var batch: BatchRecord
    /// Its attempts.
    public var attempts: [Attempt]
    /// Its provider jobs.
    public var jobs: [ProviderJob]

    /// Makes one of its parts.
    public init(batch: BatchRecord, attempts: [Attempt], jobs: [ProviderJob]) {
        self.batch = batch
        self.attempts = attempts
        self.jobs = jobs
    }
}

/// One request's membership in one provider job, with its result if it has one: what a copy is made of.
public struct StoredTry: Sendable, Hashable, Codable {
    /// The provider job.
    public var job: ProviderJobID
    /// The place of the request in the batch, from 0.
    public var position: Int
    /// The line that was asked, where it was not the request's own.
    public var asked: [UInt8]?
    /// Nil while it is open.
    public var result: BatchResult?
    /// Where it was read.
    public var source: ResultSource?

    /// Makes one of its parts.
    public init(
        job: ProviderJobID, position: Int, asked: [UInt8]? = nil, result: BatchResult?, source: ResultSource?
    ) {
        self.job = job
        self.position = position
        self.asked = asked
        self.result = result
        self.source = source
    }

    /// Where a listing goes on after this try.
    public var cursor: TryCursor { TryCursor(attempt: job.attempt, index: job.index, position: position) }
}

/// A place in the list of a batch's tries.
public struct TryCursor: Sendable, Hashable {
    /// The attempt.
    public var attempt: Int
    /// The provider job of the attempt, from 1.
    public var index: Int
    /// The place of the request in the batch, from 0.
    public var position: Int

    /// Makes one of its parts.
    public init(attempt: Int, index: Int, position: Int) {
        self.attempt = attempt
        self.index = index
        self.position = position
    }
}
