import Foundation

/// A selection of a batch's requests.
public struct RequestQuery: Sendable, Hashable {
    /// The batch.
    public var batch: BatchID
    /// The requests to return.
    public var selection: Selection
    /// The cursor: only requests after this position.
    public var after: Int?
    /// The maximum number of requests to return.
    public var limit: Int

    /// A selection by the current state of requests.
    public enum Selection: Sendable, Hashable {
        case all
        /// Requests whose current result has one of these outcomes and that are not being retried.
        case outcomes(Set<Outcome>)
        /// Requests without a result in the latest attempt that contains them.
        case open
    }

    public init(batch: BatchID, selection: Selection = .all, after: Int? = nil, limit: Int = 500) {
        self.batch = batch
        self.selection = selection
        self.after = after
        self.limit = limit
    }
}
