import LLMBatchCore
import LLMBatchSchema

/// The names of the columns, which turn the cells of a record into a row.
struct CSVHeader {
    private let name: String
    /// The names of the columns that are read, as JSON strings.
    private let keys: [[UInt8]]
    /// The number of columns in the file, including unnamed ones at the end.
    private let columns: Int
    private let line: Int

    /// - Throws: `invalidInput` when a column before the last named one has no name, or two have the same name.
    init(_ record: CSVParser.Record, name: String) throws {
        self.name = name
        let cells = record.cells
        columns = cells.count
        line = record.line
        let named = cells.lastIndex { !$0.isEmpty }.map { $0 + 1 } ?? 0
        func refusal(_ reason: String, _ remedy: Remedy) -> LLMBatchError {
            LLMBatchError(
                .invalidInput, "\(name):\(record.line): \(reason)", remedy: remedy.after("Nothing was stored"))
        }
        var seen: [String: Int] = [:]
        for (index, cell) in cells.prefix(named).enumerated() {
            guard !cell.isEmpty else {
                throw index == 0
                    ? refusal(
                        "column 1 has no name, like the index that pandas and R write",
                        "Write the file without it (pandas: to_csv(…, index=False), R: write.csv(…, row.names=FALSE)), or name the column"
                    ) : refusal("column \(index + 1) has no name", "Name it, or remove it")
            }
            if let first = seen[cell] {
                throw refusal(
                    "two columns are named \"\(cell)\", column \(first) and column \(index + 1)", "rename one of them")
            }
            seen[cell] = index + 1
        }
        guard named > 0 else { throw refusal("no column has a name", "The first line must name the columns") }
        keys = cells.prefix(named).map(JSONText.quoted)
    }

    /// True when there is more than one column.
    var isSeveral: Bool { columns > 1 }

    /// A note about unnamed columns at the end.
    var leftOut: String? {
        guard columns > keys.count else { return nil }
        let first = keys.count + 1
        return columns == first
            ? "Skipping column \(first) of \(name), which has no name and is empty."
            : "Skipping columns \(first) \(columns == first + 1 ? "and" : "to") \(columns) of \(name), which have no name and are empty."
    }

    /// The row as a JSON object, with its members in the order of the columns.
    func row(_ record: CSVParser.Record) throws -> [UInt8] {
        let count = record.ends.count
        guard count == columns else {
            throw refusal(
                record.line, "the row has \(count) \(count == 1 ? "cell" : "cells"), the header \(columns)",
                count == columns + 1
                    ? Remedy(
                        "Correct the row. If R wrote row names (write.table), use row.names=FALSE; if another character separates the cells, set the delimiter",
                        .give(.delimiter(["NAME"])))
                    : Remedy("Correct the row, or set the delimiter", .give(.delimiter(["NAME"]))))
        }
        for cell in keys.count..<columns where !record[cell].isEmpty {
            throw refusal(
                line, "column \(cell + 1) has no name, and the row on line \(record.line) has a value in it",
                "Name the column")
        }
        var text: [UInt8] = []
        for (index, key) in keys.enumerated() {
            text.append(UInt8(ascii: index == 0 ? "{" : ","))
            text += key
            text.append(UInt8(ascii: ":"))
            text += JSONText.quoted(String(decoding: record[index], as: UTF8.self))
        }
        return text + [UInt8(ascii: "}")]
    }

    private func refusal(_ line: Int, _ reason: String, _ remedy: Remedy) -> LLMBatchError {
        LLMBatchError(.invalidInput, "\(name):\(line): \(reason)", remedy: remedy.after("Nothing was stored"))
    }
}
