import Foundation
import LLMBatch
import SwiftCSV

/// Reads the rows of a CSV file: the first record names the members, every cell is a text.
///
/// SwiftCSV takes a whole text at once, so the file is cut into records here and it is given one at a time. (It leaves
/// out white space before a cell that is not quoted.)
struct CSVRows: Sendable {
    let name: String
    let delimiter: Character

    /// - Throws: `file` when it cannot be read.
    static func source(_ file: FileBytes, name: String, delimiter: Character) -> RowSource {
        let reader = CSVRows(name: name, delimiter: delimiter)
        return RowSource(name: name) { try await reader.read(file, $0) }
    }

    private func read(_ file: FileBytes, _ receive: (JobRow) async throws -> Void) async throws {
        var records = CSVRecords()
        var header: [String] = []
        var number = 0
        func take(_ record: CSVRecords.Record) async throws {
            guard !record.bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { return }
            let cells = try cells(of: record)
            guard !header.isEmpty else { return header = try checked(cells, record.line) }
            guard cells.count == header.count else {
                throw refusal(record.line, "the row has \(cells.count.counted("cell")), the header \(header.count)")
            }
            try await receive(try row(number, header, cells, record.line))
            number += 1
        }
        do {
            try await file.read { chunk in
                try Task.checkCancellation()
                for record in try records.records(in: chunk) { try await take(record) }
            }
            if let record = try records.rest() { try await take(record) }
        } catch let error as CSVRecords.Unended {
            throw refusal(error.line, "a quote in the row that begins here does not end")
        }
    }

    private func cells(of record: CSVRecords.Record) throws -> [String] {
        guard let text = String(validating: record.bytes, as: UTF8.self) else {
            throw refusal(record.line, "the row is not valid UTF-8")
        }
        // SwiftCSV passes over a byte order mark. Without a line break at the end it leaves out an empty last cell.
        guard let csv = try? EnumeratedCSV(string: text + "\n", delimiter: .character(delimiter), loadColumns: false)
        else {
            throw refusal(record.line, "quotes stand where they may not: put the cell in quotes and double those in it")
        }
        guard csv.rows.isEmpty else {
            throw refusal(record.line, "a cell holds a line separator: put the cell in quotes")
        }
        return csv.header
    }

    private func checked(_ header: [String], _ line: Int) throws -> [String] {
        var seen: Set<String> = []
        for name in header {
            guard !name.isEmpty else { throw refusal(line, "a column has no name") }
            guard seen.insert(name).inserted else { throw refusal(line, "two columns are called \"\(name)\"") }
        }
        return header
    }

    /// The row as an object, its members in the order of the columns.
    private func row(_ number: Int, _ header: [String], _ cells: [String], _ line: Int) throws -> JobRow {
        var text: [UInt8] = []
        for (name, cell) in zip(header, cells) {
            text += [UInt8(ascii: text.isEmpty ? "{" : ",")]
            text += JSONText.quoted(name) + [UInt8(ascii: ":")] + JSONText.quoted(cell)
        }
        return try JobRow(number: number, json: text + [UInt8(ascii: "}")], source: "\(name):\(line)")
    }

    private func refusal(_ line: Int, _ reason: String) -> LLMBatchError {
        LLMBatchError(
            .invalidInput, "\(name):\(line): \(reason)",
            hint: "Nothing was stored; correct the row and run the command again")
    }
}
