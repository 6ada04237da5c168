import ArgumentParser
import Foundation
import LLMBatch

/// Tells how a job stands: what was asked, how many rows have a value, and what it took.
struct JobReport {
    let batch: Batch
    let output: String?
    let seconds: Double?
    let price: PriceArguments

    /// - Throws: the exit code that says how the job stands.
    func give(json: Bool, isQuiet: Bool = false, isError: Bool = false) async throws {
        let record = try await batch.record()
        var metrics = try await batch.jobMetrics()
        metrics.wallSeconds = seconds ?? 0
        let isOpen = record.counts.open > 0
        let cost = price.cost(
            input: metrics.inputTokens, output: metrics.outputTokens, try await batch.attempts())
        if json {
            try Terminal.print(
                json: JobDocument(try await BatchDocument(batch), metrics, cost, output: output, seconds: seconds))
        } else if !isQuiet {
            try Terminal.print("job \(record.id)\(record.name.map { " \"\($0)\"" } ?? "")")
            try Terminal.print(Self.headline(record, metrics))
            if let cost { try Terminal.print("cost: \(cost.words)") }
        }
        if let output, output != "-" { Terminal.say("The rows are in \(output).") }
        if let way = metrics.fallback {
            let words =
                way == .object
                ? "any JSON object, with the schema in the instructions" : "JSON in the instructions alone"
            Terminal.say(
                "The service refused a JSON schema, so it was asked for \(words). "
                    + "--option structured-output=\(way.rawValue) does so from the first request.")
        }
        if metrics.rowsFailed > 0, isError { try await tell(record, metrics) }
        let code = BatchSummary(record: record).exitCode
        guard code == 0, metrics.rowsFailed == 0 || isOpen else { throw ExitCode(code == 0 ? 2 : code) }
    }

    private static func headline(_ record: BatchRecord, _ metrics: JobMetrics) -> String {
        let rows = metrics.rowsSucceeded + metrics.rowsFailed
        return "\(record.status.rawValue): \(metrics.rowsSucceeded) of \(rows.counted("row")) succeeded ("
            + "\(record.counts.requested.counted("request")), \(metrics.retries.counted("retry", "retries")), "
            + (metrics.reused > 0 ? "\(metrics.reused.counted("answer")) reused, " : "")
            + "\(metrics.inputTokens) tokens in, \(metrics.outputTokens) out)"
    }

    private func tell(_ record: BatchRecord, _ metrics: JobMetrics) async throws {
        let store = StoreArguments.suffix
        Terminal.say(
            "llmbatch: \(metrics.rowsFailed.counted("row")) failed after \(record.attempts.counted("attempt"))"
        )
        Terminal.say(
            "  llmbatch job results \(record.id)\(store)  # prints every row, failed ones with the reason")
        Terminal.say("  \(try await BatchAdvice(batch).retry("these rows"))")
    }
}

/// A job as the JSON contract has it.
struct JobDocument: Encodable {
    let schemaVersion = BatchDocument.schemaVersion
    let batch: BatchContent
    let job: Content

    struct Content: Encodable {
        let rows: Rows
        let requests: Requests
        let inputTokens, outputTokens: Int
        let cost: Cost?
        let wallSeconds: Double?
        let output: String?
    }

    struct Rows: Encodable { let total, succeeded, failed: Int }
    struct Requests: Encodable { let total, succeeded, failed, retries, reused: Int }

    init(_ document: BatchDocument, _ metrics: JobMetrics, _ cost: Cost?, output: String?, seconds: Double?) {
        batch = document.batch
        job = Content(
            rows: Rows(
                total: metrics.rowsSucceeded + metrics.rowsFailed, succeeded: metrics.rowsSucceeded,
                failed: metrics.rowsFailed),
            requests: Requests(
                total: metrics.requestsSucceeded + metrics.requestsFailed, succeeded: metrics.requestsSucceeded,
                failed: metrics.requestsFailed, retries: metrics.retries, reused: metrics.reused),
            inputTokens: metrics.inputTokens, outputTokens: metrics.outputTokens, cost: cost,
            wallSeconds: seconds.map { ($0 * 1000).rounded() / 1000 }, output: output == "-" ? nil : output)
    }
}
