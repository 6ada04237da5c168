import Foundation

/// The `request_counts` of a batch.
public struct SimulatedCounts: Sendable, Hashable {
    /// The number of requests in the batch.
    public var total: Int
    /// The number of requests with a line in the output file.
    public var completed: Int
    /// The number of requests with a line in the error file.
    public var failed: Int

    public init(total: Int, completed: Int, failed: Int) {
        self.total = total
        self.completed = completed
        self.failed = failed
    }
}
