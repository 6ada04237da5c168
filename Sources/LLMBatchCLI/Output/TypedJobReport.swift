import ArgumentParser
import Foundation
import LLMBatch

/// Reports on a job: how many rows have a value, and what it took.
struct TypedJobReport {
    let batch: Batch
    let output: String?
    let seconds: Double?
    let price: PriceArguments

    /// - Throws: the exit code for the state of the job.
    func give(json: Bool, isQuiet: Bool = false, isError: Bool = false) async throws {
        let record = try await batch.record()
        var metrics = try await batch.jobMetrics()
        metrics.wallSeconds = seconds ?? 0
        let isOpen = record.counts.open > 0
        let cost = price.cost(
            input: metrics.inputTokens, output: metrics.outputTokens, try await batch.attempts())
        if json {
            try Terminal.print(
                json: TypedJobDocument(try await BatchDocument(batch), metrics, cost, output: output, seconds: seconds))
        } else if !isQuiet {
            try Terminal.print("job \(record.id)\(record.name.map { " \"\($0)\"" } ?? "")")
            try Terminal.print(Self.headline(record, metrics))
            if let cost { try Terminal.print("cost: \(cost.text)") }
        }
        if let output, output != "-" { Terminal.note("Rows written to \(output).") }
        if let way = metrics.fallback {
            let form =
                way == .object
                ? "any JSON object, with the schema in the instructions" : "JSON in the instructions alone"
            Terminal.note(
                "The service rejected a JSON schema, so the requests asked for \(form). "
                    + "--option structured-output=\(way.rawValue) does so from the first request.")
        }
        if metrics.rowsFailed > 0, isError { try await reportFailures(record, metrics) }
        let code = BatchSummary(record: record).exitCode
        guard code == 0, metrics.rowsFailed == 0 || isOpen else { throw ExitCode(code == 0 ? 2 : code) }
    }

    private static func headline(_ record: BatchRecord, _ metrics: TypedJobMetrics) -> String {
        let rows = metrics.rowsSucceeded + metrics.rowsFailed
        return "\(record.status.rawValue): \(metrics.rowsSucceeded.grouped) of \(rows.counted("row")) succeeded ("
            + "\(record.counts.requested.counted("request")), \(metrics.retries.counted("retry", "retries")), "
            + (metrics.reused > 0 ? "\(metrics.reused.counted("answer")) reused, " : "")
            + "\(metrics.inputTokens.grouped) tokens in, \(metrics.outputTokens.grouped) out)"
    }

    private func reportFailures(_ record: BatchRecord, _ metrics: TypedJobMetrics) async throws {
        let store = StoreArguments.suffix
        Terminal.note(
            "llmbatch: \(metrics.rowsFailed.counted("row")) failed after \(record.attempts.counted("attempt"))"
        )
        Terminal.note(
            "  llmbatch job results \(record.id)\(store)  # prints every row, failed ones with the reason")
        Terminal.note("  \(try await BatchAdvice(batch).retry("these rows"))")
    }
}

/// A job in the form of the JSON contract.
struct TypedJobDocument: Encodable {
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

    init(_ document: BatchDocument, _ metrics: TypedJobMetrics, _ cost: Cost?, output: String?, seconds: Double?) {
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
