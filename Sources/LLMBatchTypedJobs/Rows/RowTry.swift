public import LLMBatchCore
import LLMBatchSchema

/// One try of one row: what the answer contained for it.
public struct RowTry: Sendable {
    /// The attempt.
    public let attempt: Attempt
    /// The value of the row in the answer, as JSON; nil when there was no valid one.
    public let value: [UInt8]?
    /// Why there was no valid value.
    public let problem: RowProblem?
    /// The answer to the whole request, which may contain other rows; nil while it is open.
    public let result: BatchResult?
}
