/// The id of a provider job: its batch, its attempt, and its index within the attempt.
public struct ProviderJobID: Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The batch.
    public let batch: BatchID
    /// The attempt, from 1.
    public let attempt: Int
    /// The index within the attempt, from 1; above 1 only where a provider's limits force a split.
    public let index: Int

    public init(batch: BatchID, attempt: Int, index: Int) {
        self.batch = batch
        self.attempt = attempt
        self.index = index
    }

    public var description: String { "\(batch)/\(attempt).\(index)" }

    public static func < (left: ProviderJobID, right: ProviderJobID) -> Bool {
        (left.batch, left.attempt, left.index) < (right.batch, right.attempt, right.index)
    }
}
