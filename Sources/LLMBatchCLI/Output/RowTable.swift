import Foundation
import LLMBatch

/// The rows of a job as a table: number, input columns, value columns and error.
struct RowTable {
    private let delimiter: Character
    private let inputs: [String]
    private let outputs: [String]
    private let names: [String]

    /// The value columns are those of the schema, even if no row has them, then any others that values have.
    ///
    /// Reads all rows once to learn their columns, which are few, however many the rows.
    init(of batch: Batch, delimiter: Character) async throws {
        self.delimiter = delimiter
        var (inputs, outputs) = (Columns(), Columns())
        for name in Self.columns(of: try await batch.record().jobDefinition()) { outputs.add(name) }
        for try await row in try await batch.rows() {
            for member in (try? JSONObject(row.input))?.members ?? [] { inputs.add(member.key) }
            guard let value = row.value else { continue }
            guard let object = try? JSONObject(value) else { outputs.add(Self.single); continue }
            for member in object.members { outputs.add(member.key) }
        }
        (self.inputs, self.outputs) = (inputs.names, outputs.names)
        var names = Columns()
        for name in ["row"] + inputs.names + outputs.names + ["error"] { names.addUnique(name) }
        self.names = names.names
    }

    private static func columns(of definition: TypedJobDefinition?) -> [String] {
        guard let schema = definition?.schema else { return [single] }
        if schema.isObject { return schema.root["properties"]?.members?.map(\.key) ?? [] }
        return schema.root["type"]?.text.map { $0 == "object" ? [] : [single] } ?? []
    }

    /// The column of values that are not objects.
    private static let single = "output"

    var header: [UInt8] { line(names) }

    func line(_ row: RowResult) -> [UInt8] {
        let error = row.problem.map { "\($0.kind.rawValue): \($0.message)" } ?? ""
        return line([String(row.row)] + cells(row.input, inputs) + cells(row.value, outputs) + [error])
    }

    private func cells(_ json: [UInt8]?, _ columns: [String]) -> [String] {
        guard let json else { return columns.map { _ in "" } }
        guard let object = try? JSONObject(json) else {
            let wrapped = try? JSONObject(Array("{\"\(Self.single)\":".utf8) + json + Array("}".utf8))
            return columns.map { wrapped.map(Self.cell($0)) ?? "" }
        }
        return columns.map { Self.cell($0)(object) }
    }

    /// A text unchanged, null as an empty cell, anything else as JSON.
    private static func cell(_ key: String) -> (JSONObject) -> String {
        { object in
            guard object.has(key) else { return "" }
            return object.string(key) ?? object.raw(key).map { String(decoding: $0, as: UTF8.self) } ?? ""
        }
    }

    private func line(_ cells: [String]) -> [UInt8] { DelimitedLine(delimiter: delimiter).bytes(cells) }
}

/// Column names in the order in which they were found.
private struct Columns {
    private(set) var names: [String] = []
    /// By bytes: two encodings of a character are two names, as in the rows.
    private var seen: Set<[UInt8]> = []

    mutating func add(_ name: String) {
        if seen.insert(Array(name.utf8)).inserted { names.append(name) }
    }

    /// Adds a name, with a prefix if it is taken.
    mutating func addUnique(_ name: String) {
        var unique = name
        while seen.contains(Array(unique.utf8)) { unique = "job_" + unique }
        add(unique)
    }
}
