/// One job at the provider, with the requests that were sealed into it.
public struct ProviderJob: Sendable, Hashable, Codable {
    public let id: ProviderJobID
    /// Identifies the exact bytes of its input.
    public let input: ProviderJobDigest
    /// The durable state of the job.
    public var state: ProviderJobState
    /// Current counts of its requests; frozen once it has ended.
    public let counts: OutcomeCounts

    public init(id: ProviderJobID, input: ProviderJobDigest, state: ProviderJobState, counts: OutcomeCounts) {
        self.id = id
        self.input = input
        self.state = state
        self.counts = counts
    }

    /// The canonical status that the state amounts to.
    public var status: BatchStatus { state.batchStatus }
}

/// Identifies the exact bytes that a provider job uploads.
public struct ProviderJobDigest: Sendable, Hashable, Codable {
    /// The number of requests.
    public var requests: Int
    /// The number of bytes, including line feeds.
    public var bytes: Int
    /// The SHA-256 of the bytes. Nil for a realtime job, which uploads nothing. For a job that is answered from the
    /// storage: empty, or one byte where answers of imported batches may be used.
    public var sha256: [UInt8]?

    public init(requests: Int, bytes: Int, sha256: [UInt8]?) {
        self.requests = requests
        self.bytes = bytes
        self.sha256 = sha256
    }

    /// The input of a job that is answered from the storage and sent to no provider.
    static func reused(requests: Int, fromImports: Bool) -> ProviderJobDigest {
        ProviderJobDigest(requests: requests, bytes: 0, sha256: fromImports ? importsMark : [])
    }

    fileprivate static let importsMark: [UInt8] = [1]
}

extension ProviderJob {
    /// True for a job that is answered from the storage and that no provider sees.
    package var isReused: Bool { input.sha256 == [] || reusesImports }
    /// True for such a job where answers of imported batches may be used.
    var reusesImports: Bool { input.sha256 == ProviderJobDigest.importsMark }
}

extension ProviderJob {
    /// Requests that the provider counts as done and that have not been collected yet.
    ///
    /// The counters are the service's own: whatever they say, this is never more than the job's open requests.
    package var uncollected: Int {
        guard state.phase == .submitted || state.phase == .collecting, let reported = state.reported else { return 0 }
        let completed = min(max(0, reported.completed), counts.requested)
        let failed = min(max(0, reported.failed), counts.requested)
        return min(max(0, min(completed + failed, counts.requested) - counts.finished), max(0, counts.open))
    }
}

extension Sequence where Element == ProviderJob {
    /// Requests that providers count as done and that have not been collected yet.
    package var uncollected: Int { reduce(0) { $0 + $1.uncollected } }
}
