/// A position in the list of a batch's tries.
public struct TryCursor: Sendable, Hashable {
    /// The attempt.
    public var attempt: Int
    /// The provider job of the attempt, from 1.
    public var index: Int
    /// The position of the request in the batch, from 0.
    public var position: Int

    public init(attempt: Int, index: Int, position: Int) {
        self.attempt = attempt
        self.index = index
        self.position = position
    }
}
