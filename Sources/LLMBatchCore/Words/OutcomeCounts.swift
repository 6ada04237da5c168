/// How many requests ended how, counted from our own rows and never from a provider's counters.
///
/// `requested == succeeded + errored + expired + cancelled + missing + invalid + open`, always: ``open`` is what is left.
public struct OutcomeCounts: Sendable, Hashable, Codable {
    /// All requests of the batch, the attempt or the provider job.
    public var requested: Int
    private var ended: [Outcome: Int]

    /// Makes one of its parts.
    public init(requested: Int = 0, ended: [Outcome: Int] = [:]) {
        self.requested = requested
        self.ended = ended.filter { $0.value != 0 }
    }

    /// How many ended so.
    public subscript(outcome: Outcome) -> Int {
        get { ended[outcome, default: 0] }
        set { ended[outcome] = newValue == 0 ? nil : newValue }
    }

    /// Requests without a result yet.
    public var open: Int { requested - finished }
    /// Requests with a result, whatever it is.
    public var finished: Int { ended.values.clampedSum() }
    /// Requests with a result other than `succeeded`.
    public var unsuccessful: Int { finished - self[.succeeded] }

    /// Adds them up.
    public static func + (left: OutcomeCounts, right: OutcomeCounts) -> OutcomeCounts {
        OutcomeCounts(
            requested: left.requested.addingClamped(right.requested),
            ended: left.ended.merging(right.ended) { $0.addingClamped($1) })
    }
}
