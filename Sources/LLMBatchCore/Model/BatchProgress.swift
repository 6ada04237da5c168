/// The progress of a batch, an attempt or a provider job: how many of its requests have a result.
public struct BatchProgress: Sendable, Hashable, Codable {
    /// Requests that have a result, whatever its outcome.
    public let computed: Int
    /// All requests.
    public let expected: Int

    package init(computed: Int, expected: Int) {
        self.computed = computed
        self.expected = expected
    }

    /// A fraction from 0 to 1; 1 when there are no requests.
    public var fraction: Double { expected == 0 ? 1 : Double(computed) / Double(expected) }
}

extension OutcomeCounts {
    /// The progress that these counts amount to.
    public var progress: BatchProgress { BatchProgress(computed: finished, expected: requested) }
}

extension BatchRecord {
    /// The progress of the batch, by its current results.
    public var progress: BatchProgress { counts.progress }
}

extension ProviderJob {
    /// The progress of the job.
    public var progress: BatchProgress { counts.progress }
}

extension Sequence where Element == ProviderJob {
    /// The combined progress of these jobs, such as those of one attempt.
    package var progress: BatchProgress { reduce(OutcomeCounts()) { $0 + $1.counts }.progress }
}
