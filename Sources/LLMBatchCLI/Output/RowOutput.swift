import Foundation
import LLMBatch

/// Writes the rows of a job in order, one line per row: JSONL, CSV or TSV by the extension of the file.
struct RowOutput {
    let batch: Batch
    let path: String

    /// - Throws: `invalidConfiguration` if the extension of the file stands for no format.
    static func check(_ path: String) throws {
        _ = try path == "-" ? .jsonl : RowFormat(fileName: path, isOutput: true)
    }

    /// Streams the rows; a file is written atomically.
    ///
    /// - Throws: `file` if it cannot be written.
    func write() async throws {
        guard path != "-" else {
            var buffer = OutputBuffer()
            try await lines(.jsonl) { try buffer.add(line: $0) }
            return try buffer.flush()
        }
        let format = try RowFormat(fileName: path)
        try await LineFile.write(to: path) { try await lines(format, $0) }
    }

    private func lines(_ format: RowFormat, _ give: ([UInt8]) throws -> Void) async throws {
        guard let delimiter = format.delimiter else {
            for try await row in try await batch.rows() { try give(try RowLine.json(row)) }
            return
        }
        let table = try await RowTable(of: batch, delimiter: delimiter)
        try give(table.header)
        for try await row in try await batch.rows() { try give(table.line(row)) }
    }
}

/// A row as a line of JSON: `{"row":0,"input":{…},"output":…}`, or `error` in place of `output`.
enum RowLine {
    static func json(_ row: RowResult) throws -> [UInt8] {
        var line = Array("{\"row\":\(row.row),\"input\":".utf8) + row.input
        if let value = row.value {
            line += Array(",\"output\":".utf8) + value
        } else {
            line += Array(",\"error\":".utf8) + (try Terminal.encode(RowErrorContent(row), onOneLine: true))
        }
        if row.response?.isReused == true { line += Array(",\"reused\":true".utf8) }
        return line + Array("}".utf8)
    }
}

/// Why a row has no value, in the form of the JSON contract.
struct RowErrorContent: Encodable {
    let kind: String
    let message: String
    let attempts: Int
    let customId: String
    /// The text of the answer, if there is one.
    let text: String?

    init(_ row: RowResult) {
        kind = row.problem?.kind.rawValue ?? RowProblem.Kind.open.rawValue
        message = row.problem?.message ?? ""
        attempts = row.attempts
        customId = row.customID.rawValue
        text = row.response?.text
    }
}
