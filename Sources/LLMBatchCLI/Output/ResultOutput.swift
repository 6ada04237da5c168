import Foundation
import LLMBatch

/// Writes the answers of a batch in one of several formats.
struct ResultOutput {
    /// The format of the answers.
    enum Form: Equatable {
        /// One line per request for people: id, outcome and text.
        case text
        /// OpenAI result lines, or the provider's own.
        case lines(ResultForm)
        /// One JSON object.
        case object
        /// A table with a header.
        case table(delimiter: Character)

        /// The format given by the extension of a file name; result lines if there is none.
        ///
        /// - Throws: `usage` for an unknown extension.
        init(fileName: String) throws {
            let name = fileName.split(separator: "/").last ?? ""
            let parts = name.split(separator: ".")
            let ending = parts.count > 1 ? parts.last.map { $0.lowercased() } : nil
            switch ending {
            case nil, "jsonl", "ndjson": self = .lines(.openAI)
            case "json": self = .object
            case "csv": self = .table(delimiter: ",")
            case "tsv", "tab": self = .table(delimiter: "\t")
            case "txt": self = .text
            case let ending?:
                throw LLMBatchError(
                    .usage, "results cannot be written as .\(ending): \(fileName)",
                    remedy: "--output must end in .jsonl, .json, .csv, .tsv or .txt")
            }
        }
    }

    let batch: Batch
    let selection: ResultSelection
    let form: Form

    /// Passes on each line of the output.
    ///
    /// - Returns: the number of answers.
    @discardableResult
    func lines(_ give: ([UInt8]) throws -> Void) async throws -> Int {
        var count = 0
        switch form {
        case .object: try give(try await Self.head(of: batch))
        case .table(let delimiter): try give(DelimitedLine(delimiter: delimiter).bytes(Self.columns))
        case .text, .lines: break
        }
        for try await result in batch.results(selection) {
            switch form {
            case .text: try give(Array(Self.line(result).utf8))
            case .lines(.native): if let line = result.receivedLine { try give(line) }
            case .lines: try give(result.openAILine)
            case .object:
                try give(
                    Array((count > 0 ? "," : "").utf8) + (try Terminal.encode(ResultContent(result), onOneLine: true)))
            case .table(let delimiter): try give(DelimitedLine(delimiter: delimiter).bytes(Self.cells(result)))
            }
            count += 1
        }
        if form == .object { try give(Array("]}".utf8)) }
        return count
    }

    /// The start of one object, whose array is streamed.
    private static func head(of batch: Batch) async throws -> [UInt8] {
        let content = try Terminal.encode(BatchContent(try await batch.record()), onOneLine: true)
        return Array("{\"schema_version\":\(BatchDocument.schemaVersion),\"batch\":".utf8) + content
            + Array(",\"results\":[".utf8)
    }

    private static let columns = [
        "custom_id", "outcome", "text", "error", "error_message", "status_code", "finish_reason", "attempt",
        "input_tokens", "output_tokens",
    ]

    private static func cells(_ result: BatchResult) -> [String] {
        func cell(_ number: Int?) -> String { number.map(String.init) ?? "" }
        return [
            result.customID.rawValue, result.outcome.rawValue, result.said ?? vector(result), result.error?.code ?? "",
            result.error?.message ?? "", cell(result.statusCode), result.finishReason ?? "", String(result.job.attempt),
            cell(result.usage.input), cell(result.usage.output),
        ]
    }

    private static func vector(_ result: BatchResult) -> String {
        result.embedding.map { "[" + $0.map { "\($0)" }.joined(separator: ",") + "]" } ?? ""
    }

    private static func line(_ result: BatchResult) -> String {
        let said =
            result.said ?? result.error.map { "\($0.code): \($0.message)" } ?? result.embedding.map {
                "\($0.count) numbers"
            } ?? (result.outcome == .succeeded ? "[no text; --jsonl has the answer]" : "")
        func cell(_ text: String) -> String { Terminal.plain(text).replacing("\t", with: " ") }
        return "\(cell(result.customID.rawValue))\t\(result.outcome.rawValue)\t\(cell(said))"
    }

    /// The note shown if answers are missing or none was found; empty otherwise.
    func note(found: Int) async throws -> [String] {
        let record = try await batch.record()
        let counts = record.counts
        let command = "  llmbatch watch \(record.id)\(StoreArguments.suffix)  # "
        if record.status == .draft {
            return ["No answers: batch \(record.id) has not been started.", command + "submits it and waits"]
        }
        if counts.open > 0 {
            let verb = counts.open == 1 ? "is" : "are"
            return [
                "\(found == 0 ? "No answers yet: " : "")\(counts.open.grouped) of \(counts.requested.counted("request")) "
                    + "\(verb) still open.", command + "waits for the rest",
            ]
        }
        guard found == 0, case .outcomes(let outcomes) = selection else { return [] }
        let asked = Outcome.allCases.filter(outcomes.contains).map(\.rawValue).joined(separator: " or ")
        return ["No request is \(asked): \(counts.summary)."]
    }
}

extension OutcomeCounts {
    /// The count of each outcome: `90 succeeded, 10 errored`.
    var summary: String {
        Outcome.allCases.filter { self[$0] > 0 }.map { "\(self[$0].grouped) \($0.rawValue)" }.joined(separator: ", ")
    }
}
