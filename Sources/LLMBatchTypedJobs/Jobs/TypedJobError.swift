public import LLMBatchCore
import LLMBatchSchema

/// Why rows of a typed job have no value.
public struct TypedJobError: Sendable, Hashable {
    /// The numbers of the rows.
    public let rows: [Int]
    /// The kind of problem.
    public let kind: RowProblem.Kind
    /// What happened.
    public let message: String
    /// How often the rows were sent.
    public let attempts: Int
    /// The request that contained them last.
    public let customID: CustomID
    /// The last answer, with the provider's line as received; nil when there was none.
    public let response: BatchResult?

    /// The provider's response as text; nil when there was none.
    public var rawResponse: String? {
        (response?.nativeLine ?? response?.line).map { String(decoding: $0, as: UTF8.self) }
    }
}
