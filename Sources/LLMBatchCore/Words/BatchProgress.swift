/// How far a batch, an attempt or a provider job is: requests with a result of those it holds.
public struct BatchProgress: Sendable, Hashable, Codable {
    /// Requests with a result, whatever it is.
    public let computed: Int
    /// All requests.
    public let expected: Int

    /// Makes one of its parts.
    public init(computed: Int, expected: Int) {
        self.computed = computed
        self.expected = expected
    }

    /// From 0 to 1; 1 where nothing is expected.
    public var fraction: Double { expected == 0 ? 1 : Double(computed) / Double(expected) }
}

extension OutcomeCounts {
    /// How far it is.
    public var progress: BatchProgress { BatchProgress(computed: finished, expected: requested) }
}

extension BatchRecord {
    /// How far the batch is, its current answers counted.
    public var progress: BatchProgress { counts.progress }
}

extension ProviderJob {
    /// How far the job is.
    public var progress: BatchProgress { counts.progress }
}

extension Sequence where Element == ProviderJob {
    /// How far these jobs are together: those of one attempt, for example.
    public var progress: BatchProgress { reduce(OutcomeCounts()) { $0 + $1.counts }.progress }
}
