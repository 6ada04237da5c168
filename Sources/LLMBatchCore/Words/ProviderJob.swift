/// The name of a provider job: which batch, which attempt, which part of it.
public struct ProviderJobID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The batch it is about.
    public let batch: BatchID
    /// From 1.
    public let attempt: Int
    /// From 1; above 1 only where a provider's limits force a split.
    public let index: Int

    /// Makes one of its parts.
    public init(batch: BatchID, attempt: Int, index: Int) {
        self.batch = batch
        self.attempt = attempt
        self.index = index
    }

    /// In words, safe to show.
    public var description: String { "\(batch)/\(attempt).\(index)" }

    /// Puts them in order.
    public static func < (left: ProviderJobID, right: ProviderJobID) -> Bool {
        (left.batch, left.attempt, left.index) < (right.batch, right.attempt, right.index)
    }
}

/// One job at the provider, with the requests it was sealed with.
public struct ProviderJob: Sendable, Hashable, Codable {
    /// Its id.
    public let id: ProviderJobID
    /// The exact bytes of its input.
    public let input: JobInputDigest
    /// Where it is in its life.
    public var state: JobState
    /// Live counts of its requests; frozen once it has ended.
    public let counts: OutcomeCounts

    /// Makes one of its parts.
    public init(id: ProviderJobID, input: JobInputDigest, state: JobState, counts: OutcomeCounts) {
        self.id = id
        self.input = input
        self.state = state
        self.counts = counts
    }

    /// The canonical status that its state amounts to.
    public var status: BatchStatus { state.batchStatus }
}

/// What identifies the exact bytes that a provider job uploads.
public struct JobInputDigest: Sendable, Hashable, Codable {
    /// How many requests.
    public var requests: Int
    /// How many bytes, line feeds included.
    public var bytes: Int
    /// SHA-256 of the bytes; nil for a realtime job, which uploads nothing; of one that is answered from the storage
    /// it is empty, or one byte where answers of imported batches count.
    public var sha256: [UInt8]?

    /// Makes one of its parts.
    public init(requests: Int, bytes: Int, sha256: [UInt8]?) {
        self.requests = requests
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// The input of a job that nobody is asked, since the storage has its answers.
    static func reused(requests: Int, fromImports: Bool) -> JobInputDigest {
        JobInputDigest(requests: requests, bytes: 0, sha256: fromImports ? importsMark : [])
    }

    fileprivate static let importsMark: [UInt8] = [1]
}

extension ProviderJob {
    /// True for a job that is answered from the storage, and that no provider sees.
    public var isReused: Bool { input.sha256 == [] || reusesImports }
    /// True for such a job where answers of imported batches count.
    var reusesImports: Bool { input.sha256 == JobInputDigest.importsMark }
}
