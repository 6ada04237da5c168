import Foundation

/// A request as stored in its batch.
public struct StoredRequest: Sendable, Hashable {
    /// The position of the request in the batch, from 0.
    public var position: Int
    /// The line of the source file, from 1; nil for a request built in code.
    public var sourceLine: Int?
    /// The request.
    public var request: BatchRequest
    /// The outcome of its current result; nil while it is open.
    public var outcome: Outcome?

    public init(position: Int, sourceLine: Int?, request: BatchRequest, outcome: Outcome?) {
        self.position = position
        self.sourceLine = sourceLine
        self.request = request
        self.outcome = outcome
    }
}
