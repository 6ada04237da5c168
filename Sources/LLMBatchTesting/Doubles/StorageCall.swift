/// One call of an operation.
public struct StorageCall: Sendable, Hashable, CustomStringConvertible {
    /// Which operation.
    public let operation: StorageOperation
    /// The how-manyeth call of this operation it is, from 1.
    public let occurrence: Int

    /// The call of this number of an operation.
    public init(_ operation: StorageOperation, _ occurrence: Int) {
        self.operation = operation
        self.occurrence = occurrence
    }

    /// Such as `saveProviderJob #2`.
    public var description: String { "\(operation) #\(occurrence)" }
}
