/// One call of an operation.
public struct StorageCall: Sendable, Hashable, CustomStringConvertible {
    /// The operation.
    public let operation: StorageOperation
    /// The 1-based index of this call among calls of the same operation.
    public let occurrence: Int

    public init(_ operation: StorageOperation, _ occurrence: Int) {
        self.operation = operation
        self.occurrence = occurrence
    }

    /// A text such as `saveProviderJob #2`.
    public var description: String { "\(operation) #\(occurrence)" }
}
