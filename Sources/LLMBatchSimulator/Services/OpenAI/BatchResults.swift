import Foundation

/// Computes what a batch ends with: one line per request, in the output or the error file.
struct BatchResults {
    private let batch: SimulatedBatchState
    private let ledger: SimulatorLedger
    private let dialect: WireDialect
    private var output = Data()
    private var error = Data()
    private var outputCount = 0
    private var errorCount = 0

    /// The files of a batch that ends in `status`, after the script has set the answers and changed the files.
    static func make(
        _ batch: SimulatedBatchState, status: String, script: SimulatorScript, ledger: SimulatorLedger,
        _ dialect: WireDialect = .openAI
    ) -> SimulatedFiles {
        var results = BatchResults(batch: batch, ledger: ledger, dialect: dialect)
        if status != "failed" { results.answerLines(status: status, script: script) }
        var files = SimulatedFiles(
            batch: batch.publicView, status: status,
            output: results.outputCount > 0 ? results.output : nil,
            error: results.errorCount > 0 ? results.error : nil,
            counts: status == "failed"
                ? nil
                : SimulatedCounts(
                    total: batch.lines.count, completed: results.outputCount, failed: results.errorCount))
        script.shapeFiles?(&files)
        return files
    }

    private init(batch: SimulatedBatchState, ledger: SimulatorLedger, dialect: WireDialect) {
        self.batch = batch
        self.ledger = ledger
        self.dialect = dialect
    }

    private mutating func answerLines(status: String, script: SimulatorScript) {
        for ended in batch.ending(in: status, script: script, ledger: ledger) {
            if let answer = ended.answer {
                add(answer, to: ended.request)
            } else if status == "expired" {
                add(.expired, to: ended.request)
            } else if dialect.tellsCancelled, status == "cancelled" {
                let error: WireJSON = ["code": "batch_cancelled", "message": "The batch was cancelled."]
                append(line(ended.request, response: nil, error: error), isError: true)
            }
        }
    }

    private mutating func add(_ answer: SimulatedAnswer, to request: SimulatedRequest) {
        switch answer {
        case .success: addResponse(200, DefaultBody.text(for: request), request)
        case .text(let text): addResponse(200, DefaultBody.text(for: request, saying: text), request)
        case .reply(let reply): addResponse(200, DefaultBody.text(for: request, replying: reply), request)
        case .httpError(let status, let code, let message, let type):
            let error = APIError(status: status, message: message, type: type, code: code)
            addResponse(status, error.json.text, request, isError: true)
        case .body(let status, let json):
            addResponse(status, String(decoding: json, as: UTF8.self), request, isError: status != 200)
        case .raw(let bytes): append(bytes, isError: false)
        case .rawError(let bytes): append(bytes, isError: true)
        case .expired: addExpired(request)
        case .silent: break
        }
    }

    private mutating func addResponse(_ status: Int, _ body: String, _ request: SimulatedRequest, isError: Bool = false)
    {
        append(
            line(
                request,
                response: [
                    "status_code": .int(status), "request_id": .string("req_" + lineID), "body": .verbatim(body),
                ], error: nil), isError: isError)
    }

    private mutating func addExpired(_ request: SimulatedRequest) {
        let message = "This request could not be executed before the completion window expired."
        append(
            line(request, response: nil, error: ["code": "batch_expired", "message": .string(message)]), isError: true)
    }

    private func line(_ request: SimulatedRequest, response: WireJSON, error: WireJSON) -> Data {
        let id: [(String, WireJSON)] = dialect.hasLineIDs ? [("id", .string(lineID))] : []
        let line = WireJSON.object(
            id + [("custom_id", .string(request.customID)), ("response", response), ("error", error)])
        return Data(line.text.utf8)
    }

    private var lineID: String { "batch_req_\(batch.id.dropFirst(6))_\(outputCount + errorCount + 1)" }

    private mutating func append(_ line: Data, isError: Bool) {
        let newline = UInt8(ascii: "\n")
        if isError {
            error.append(line)
            error.append(newline)
            errorCount += 1
        } else {
            output.append(line)
            output.append(newline)
            outputCount += 1
        }
    }
}
