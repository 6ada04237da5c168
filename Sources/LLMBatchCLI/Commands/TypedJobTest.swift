import ArgumentParser
import Foundation
import LLMBatch

/// Runs a job on its first row alone, and shows everything.
struct TypedJobTest: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Try a job on its first row, and estimate the cost of all rows.",
        discussion: "Ignores grouping, concurrency and shuffling; retries still apply. The answer is kept as a batch.")

    @OptionGroup var job: TypedJobArguments
    @OptionGroup var work: WorkArguments
    @OptionGroup var price: PriceArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        try await PipedCommand.hinted(job.file, format: job.formatWhenPiped) { try await test() }
    }

    private func test() async throws {
        let (definition, rows) = (try job.definition(), try job.rows())
        let first = try await rows.first()
        work.provider.announce()
        let chosen = try ProviderCatalog.standard.provider(try work.settings())
        let whole = TypedJobRun(definition: definition, provider: chosen, storage: try await store.open())
        let measured = try await whole.measure(rows)
        let single = TypedJobRun(definition: definition.forOneRow(), provider: chosen, storage: whole.storage)
        let batch = work.apply(to: try await single.create(first, name: nil)).asking(1)
        Interruption.resume(with: "llmbatch watch \(batch.id)\(StoreArguments.suffix)")
        try await TypedJobRun.drive(batch, retries: definition.maxRetries) {
            try await BatchPresenter(batch: $0, json: json).follow()
        }
        try await report(batch, measured)
    }

    private func report(_ batch: Batch, _ measured: (rows: Int, requests: Int, bytes: Int)) async throws {
        let history = try await batch.row(0)
        guard let request = try await batch.requests().first(where: { _ in true })?.request else { return }
        let metrics = try await batch.jobMetrics()
        var estimate = Estimate(metrics, history, requestBytes: request.body.count, measured)
        estimate.cost = price.cost(
            input: estimate.inputTokens, output: estimate.outputTokens, try await batch.attempts())
        if json {
            let content = TestContent(batch: batch.id.rawValue, history.result, metrics, estimate)
            var object = try JSONObject(try Terminal.encode(content, onOneLine: true))
            object = try JSONObject(object.replacing("request", with: request.line))
            if let value = history.result.value { object = try JSONObject(object.replacing("output", with: value)) }
            let head = Array("{\"schema_version\":\(BatchDocument.schemaVersion),\"test\":".utf8)
            try Terminal.write(head + Array(object.text) + Array("}\n".utf8))
        } else {
            try Terminal.print("request: \(String(decoding: request.line, as: UTF8.self))")
            try Terminal.print("answer: \(history.result.response?.text ?? "none")")
            if let value = history.result.value {
                try Terminal.print("value: \(String(decoding: value, as: UTF8.self))")
            }
            if let problem = history.result.problem {
                try Terminal.print("no value: \(problem.kind.rawValue): \(problem.message)")
            }
            try Terminal.print(
                "attempts: \(history.result.attempts), tokens: \(metrics.inputTokens.grouped) in, \(metrics.outputTokens.grouped) out"
            )
            try Terminal.print(
                "estimate for \(estimate.rows.counted("row")): \(estimate.requests.counted("request")), about \(estimate.inputTokens.grouped) "
                    + "tokens in, \(estimate.outputTokens.grouped) out"
                    + (estimate.cost.map { ", cost: \($0.text)" } ?? ""))
        }
        if history.result.value == nil { throw ExitCode(2) }
    }
}

/// An estimate for all rows from the tokens of one: input tokens grow with bytes, output tokens with rows.
struct Estimate: Encodable {
    let rows, requests, inputTokens, outputTokens: Int
    /// Left out without prices.
    var cost: Cost?

    init(
        _ metrics: TypedJobMetrics, _ history: RowHistory, requestBytes: Int,
        _ measured: (rows: Int, requests: Int, bytes: Int)
    ) {
        let asked = max(1, history.result.attempts)
        let perByte = Double(metrics.inputTokens) / Double(asked * max(1, requestBytes))
        rows = measured.rows
        requests = measured.requests
        inputTokens = Int(clamping: perByte * Double(measured.bytes))
        outputTokens = Int(clamping: Double(metrics.outputTokens / asked) * Double(measured.rows))
    }
}

/// A test in the form of the JSON contract; the request line and the output are inserted afterwards, byte for byte.
private struct TestContent: Encodable {
    let batchId: String
    let row: Int
    let answer: String?
    let error: RowErrorContent?
    let attempts, inputTokens, outputTokens: Int
    let estimate: Estimate

    init(batch: String, _ row: RowResult, _ metrics: TypedJobMetrics, _ estimate: Estimate) {
        batchId = batch
        self.row = row.row
        answer = row.response?.text
        error = row.value == nil ? RowErrorContent(row) : nil
        attempts = row.attempts
        inputTokens = metrics.inputTokens
        outputTokens = metrics.outputTokens
        self.estimate = estimate
    }
}
