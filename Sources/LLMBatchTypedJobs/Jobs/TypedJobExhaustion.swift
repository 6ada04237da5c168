import LLMBatchCore
import LLMBatchSchema

/// The error when rows are left without a value after all retries; ``result`` holds everything else.
public struct TypedJobExhaustion<Output: Codable & Sendable>: Error, Sendable, CustomStringConvertible {
    /// All values and all errors.
    public let result: TypedJobResult<Output>

    public var description: String {
        let metrics = result.metrics
        let first = result.errors.first.map { ", first row \($0.rows.first ?? 0): \($0.message)" } ?? ""
        return "\(metrics.rowsFailed) of \(metrics.rowsFailed + metrics.rowsSucceeded) rows have no value\(first)"
    }
}
