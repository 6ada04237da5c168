import Foundation

/// A selection of a batch's current results.
public struct ResultQuery: Sendable, Hashable {
    /// The batch.
    public var batch: BatchID
    /// The outcomes to include; nil for any.
    public var outcomes: Set<Outcome>?
    /// The cursor: only results after this position.
    public var after: Int?
    /// The maximum number of results to return.
    public var limit: Int

    public init(batch: BatchID, outcomes: Set<Outcome>? = nil, after: Int? = nil, limit: Int = 500) {
        self.batch = batch
        self.outcomes = outcomes
        self.after = after
        self.limit = limit
    }
}
