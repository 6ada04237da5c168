import Foundation
import LLMBatchCore
import LLMBatchTypedJobs

/// The rows of jobs.
extension FuzzTarget {
    static let rowTargets = [
        FuzzTarget("row", row),
        FuzzTarget("csv", csv),
        FuzzTarget("rows-file", rowsFile),
    ]

    /// A row of JSONL that is taken is an object, and is taken again.
    private static func row(_ bytes: [UInt8]) {
        guard let row = try? TypedJobRow(number: 3, json: bytes, source: "fuzz") else { return }
        check((try? JSONObject(row.json)) != nil, "a row is an object")
        check((try? TypedJobRow(number: 3, json: row.json, source: "fuzz"))?.json == row.json, "a row is taken again")
    }

    /// Cells that are written as CSV are the same when they are read again, wherever the chunks end.
    private static func csv(_ bytes: [UInt8]) {
        for encoding in TextEncoding.allCases { _ = CSVReading.cells(bytes, .comma, encoding, chunk: 1 << 20) }
        let chunk = Int(bytes.first ?? 0) % 17 + 1
        for delimiter in [CSVDelimiter.comma, .tab, .none] {
            let whole = CSVReading.cells(bytes, delimiter, .utf8, chunk: 1 << 20)
            check(whole == CSVReading.cells(bytes, delimiter, .utf8, chunk: chunk), "cells do not depend on chunks")
            guard let whole, delimiter != .none else { continue }
            let written = CSVReading.text(of: whole, delimiter)
            check(
                CSVReading.cells(written, delimiter, .utf8, chunk: chunk) == whole,
                "cells are the same when they are read again")
        }
    }

    /// A file of rows is refused, or each row is an object; both times it is read.
    private static func rowsFile(_ bytes: [UInt8]) {
        let path = FileManager.default.temporaryDirectory.appending(path: "llmbatch-fuzz-\(getpid()).csv").path
        defer { unlink(path) }
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else { return }
        wait {
            guard let rows = try? CSVRows(try FileBytes(path: path), name: "fuzz") else { return }
            let first = await Self.rows(of: rows.source)
            check(first == (await Self.rows(of: rows.source)), "a file has the same rows each time")
        }
        wait { _ = await Self.rows(of: .jsonl(path)) }
    }

    private static func rows(of source: RowSource) async -> [[UInt8]] {
        var rows: [[UInt8]] = []
        try? await source.read { rows.append($0.json) }
        return rows
    }
}
