import LLMBatchCore

/// One row of an answer to a row group.
public struct GroupedRow: Sendable, Hashable {
    /// The `row_id`; nil when it is missing or not a whole number.
    public let rowID: Int?
    /// The output as JSON text, without the `row_id`.
    public let output: [UInt8]
    /// What is wrong with the row itself; its output has not been validated.
    public let violations: [SchemaViolation]
}
