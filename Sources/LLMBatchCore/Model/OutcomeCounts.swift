/// The number of requests by outcome, counted from stored results and never from a provider's counters.
///
/// Always `requested == succeeded + errored + expired + cancelled + missing + invalid + open`.
public struct OutcomeCounts: Sendable, Hashable, Codable {
    /// All requests of the batch, the attempt or the provider job.
    public var requested: Int
    private var ended: [Outcome: Int]

    public init(requested: Int = 0, ended: [Outcome: Int] = [:]) {
        self.requested = requested
        self.ended = ended.filter { $0.value != 0 }
    }

    /// The number of requests with this outcome.
    public subscript(outcome: Outcome) -> Int {
        get { ended[outcome, default: 0] }
        set { ended[outcome] = newValue == 0 ? nil : newValue }
    }

    /// Requests without a result yet.
    public var open: Int { requested - finished }
    /// Requests that have a result, whatever its outcome.
    public var finished: Int { ended.values.clampedSum() }
    /// Requests with a result other than `succeeded`.
    public var unsuccessful: Int { finished - self[.succeeded] }

    public static func + (left: OutcomeCounts, right: OutcomeCounts) -> OutcomeCounts {
        OutcomeCounts(
            requested: left.requested.addingClamped(right.requested),
            ended: left.ended.merging(right.ended) { $0.addingClamped($1) })
    }
}
