/// What a job gave: a value for each row, in the order of the rows, and what went wrong with the others.
public struct JobResult<Output: Codable & Sendable>: Sendable {
    /// A row's value.
    public struct Value: Sendable {
        /// The row's number, from 0.
        public let index: Int
        /// What it became.
        public let value: Output
    }

    /// The batch that the job is.
    public let batch: BatchID
    /// The values in the order of the rows; a row without one is left out, and shifts nothing.
    public let data: [Value]
    /// Why rows have no value; rows of one request with the same reason stand together.
    public let errors: [JobError]
    /// What was done for it.
    public let metrics: JobMetrics

    /// True when every row has its value.
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

/// Why rows have no value.
public struct JobError: Sendable, Hashable {
    /// The rows, by their numbers.
    public let rows: [Int]
    /// What kind of trouble.
    public let kind: RowProblem.Kind
    /// What happened, in words.
    public let message: String
    /// How often the rows were asked.
    public let attempts: Int
    /// The request that asked for them last.
    public let customID: CustomID
    /// The last answer, with the provider's line as it was received; nil when there was none.
    public let response: BatchResult?

    /// What the provider sent, as text; nil when it sent nothing.
    public var rawResponse: String? {
        (response?.nativeLine ?? response?.line).map { String(decoding: $0, as: UTF8.self) }
    }
}

/// Rows were left without a value when all retries were used up; what there is, is in ``result``.
public struct JobExhaustion<Output: Codable & Sendable>: Error, Sendable, CustomStringConvertible {
    /// All values and all errors.
    public let result: JobResult<Output>

    /// In words, safe to show.
    public var description: String {
        let metrics = result.metrics
        let first = result.errors.first.map { ", first row \($0.rows.first ?? 0): \($0.message)" } ?? ""
        return "\(metrics.rowsFailed) of \(metrics.rowsFailed + metrics.rowsSucceeded) rows have no value\(first)"
    }
}

/// What was done for a job, in all its attempts.
public struct JobMetrics: Sendable, Hashable {
    /// Rows with a value.
    public var rowsSucceeded = 0
    /// Rows without one.
    public var rowsFailed = 0
    /// Requests of which every row has a value.
    public var requestsSucceeded = 0
    /// Requests of which a row has none.
    public var requestsFailed = 0
    /// Requests that were asked again.
    public var retries = 0
    /// Requests that were answered by what the storage had already, for nothing.
    public var reused = 0
    /// Tokens of all requests, as far as the provider tells.
    public var inputTokens = 0
    /// Tokens of all answers, as far as the provider tells.
    public var outputTokens = 0
    /// How answers were asked for after the service had refused the job's schema; nil when it took it.
    public var fallback: StructuredOutput?
    /// How long this call took.
    public var wallSeconds = 0.0

    /// What the tokens cost at a price for a million of each; the provider's bill may know discounts.
    public func cost(inputPerMillion: Double, outputPerMillion: Double) -> Double {
        (Double(inputTokens) * inputPerMillion + Double(outputTokens) * outputPerMillion) / 1_000_000
    }

    /// Counts come from services: a negative one counts for nothing, and a sum ends at what an `Int` holds.
    private static func sum(_ start: Int, _ counts: [Int?]) -> Int {
        counts.reduce(start) { sum, count in
            let (next, isOver) = sum.addingReportingOverflow(max(0, count ?? 0))
            return isOver ? .max : next
        }
    }

    mutating func add(_ pack: PackReport) {
        let good = pack.rows.count { $0.value != nil }
        rowsSucceeded += good
        rowsFailed += pack.rows.count - good
        if good == pack.rows.count { requestsSucceeded += 1 } else { requestsFailed += 1 }
        retries += max(0, pack.attempts - 1)
        reused += pack.results.count(where: \.isReused)
        inputTokens = Self.sum(inputTokens, pack.results.map(\.usage.input))
        outputTokens = Self.sum(outputTokens, pack.results.map(\.usage.output))
        fallback = fallback ?? pack.results.lazy.compactMap { SchemaFallback.way(of: $0.line) }.first
    }
}
