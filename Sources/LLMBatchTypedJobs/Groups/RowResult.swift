public import LLMBatchCore
import LLMBatchSchema

/// The result of one row of a typed job: its value, or why it has none.
public struct RowResult: Sendable, Hashable {
    /// The row's number in the order of the source, from 0; failed rows keep their numbers.
    public let row: Int
    /// The original row, a JSON object; `null` when the stored request is damaged.
    public let input: [UInt8]
    /// The value as JSON; nil when there is none.
    public let value: [UInt8]?
    /// Why the row has no value; nil when it has one.
    public let problem: RowProblem?
    /// How often the row was sent.
    public let attempts: Int
    /// The request that contains the row.
    public let customID: CustomID
    /// The answer that contained the value, otherwise the last answer, with the provider's line as received.
    public let response: BatchResult?
}
