public import LLMBatchCore
import LLMBatchSchema

/// Metrics of a typed job over all its attempts.
public struct TypedJobMetrics: Sendable, Hashable {
    /// Rows with a value.
    public var rowsSucceeded = 0
    /// Rows without a value.
    public var rowsFailed = 0
    /// Requests whose rows all have a value.
    public var requestsSucceeded = 0
    /// Requests with a row that has no value.
    public var requestsFailed = 0
    /// Requests that were retried.
    public var retries = 0
    /// Requests that were answered from the storage at no cost.
    public var reused = 0
    /// Input tokens of all requests, as far as the provider reports them.
    public var inputTokens = 0
    /// Output tokens of all answers, as far as the provider reports them.
    public var outputTokens = 0
    /// How requests asked for the schema after the service had rejected it; nil when it did not.
    public var fallback: StructuredOutput?
    /// The duration of this call.
    public var wallSeconds = 0.0

    /// The cost of the tokens at prices per million. The provider's bill may include discounts.
    public func cost(inputPerMillion: Double, outputPerMillion: Double) -> Double {
        (Double(inputTokens) * inputPerMillion + Double(outputTokens) * outputPerMillion) / 1_000_000
    }

    /// Counts come from services: a negative one counts as zero, and the sum saturates.
    private static func sum(_ start: Int, _ counts: [Int?]) -> Int {
        counts.reduce(start) { sum, count in
            let (next, isOver) = sum.addingReportingOverflow(max(0, count ?? 0))
            return isOver ? .max : next
        }
    }

    mutating func add(_ group: RowGroupReport) {
        let good = group.rows.count { $0.value != nil }
        rowsSucceeded += good
        rowsFailed += group.rows.count - good
        if good == group.rows.count { requestsSucceeded += 1 } else { requestsFailed += 1 }
        retries += max(0, group.attempts - 1)
        reused += group.results.count(where: \.isReused)
        inputTokens = Self.sum(inputTokens, group.results.map(\.usage.input))
        outputTokens = Self.sum(outputTokens, group.results.map(\.usage.output))
        fallback = fallback ?? group.results.lazy.compactMap { SchemaFallback.way(of: $0.line) }.first
    }
}
