public import LLMBatchCore
import LLMBatchSchema

/// The result of a typed job: a value for each row, in row order, and the errors of the other rows.
public struct TypedJobResult<Output: Codable & Sendable>: Sendable {
    /// The value of one row.
    public struct Value: Sendable {
        /// The row's number, from 0.
        public let index: Int
        /// The row's value.
        public let value: Output
    }

    /// The batch of the job.
    public let batch: BatchID
    /// The values in row order; rows without a value are left out, and all others keep their numbers.
    public let data: [Value]
    /// Why rows have no value; rows of one request with the same reason are grouped.
    public let errors: [TypedJobError]
    /// The metrics of the job.
    public let metrics: TypedJobMetrics

    /// True when every row has a value.
    public var success: Bool { errors.isEmpty }

    /// The value of a row; nil when it has none.
    public subscript(index: Int) -> Output? {
        var (low, high) = (0, data.count)
        while low < high {
            let middle = (low + high) / 2
            if data[middle].index < index { low = middle + 1 } else { high = middle }
        }
        return low < data.count && data[low].index == index ? data[low].value : nil
    }
}
