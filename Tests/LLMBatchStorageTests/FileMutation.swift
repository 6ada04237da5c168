import Foundation
import GRDB

/// Random damage to a SQLite file, the same for the same seed.
struct FileMutation {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    /// Writes a damaged copy.
    ///
    /// - Returns: what was done.
    mutating func write(_ good: [UInt8], to path: String) throws -> String {
        let kind = below(8)
        switch kind {
        case 0, 1: return try save(flipped(good), path, "bytes flipped")
        case 2: return try save(Array(good.prefix(below(good.count))), path, "cut")
        case 3: return try save(shuffled(good), path, "pages exchanged")
        case 4:
            try save(good, path, "")
            return try changeSchema(path)
        default:
            try save(good, path, "")
            return try changeCells(path)
        }
    }

    @discardableResult
    private func save(_ bytes: [UInt8], _ path: String, _ what: String) throws -> String {
        try Data(bytes).write(to: URL(filePath: path))
        return what
    }

    private mutating func flipped(_ good: [UInt8]) -> [UInt8] {
        var bytes = good
        for _ in 0...below(8) { bytes[below(bytes.count)] = UInt8(truncatingIfNeeded: next()) }
        return bytes
    }

    private mutating func shuffled(_ good: [UInt8]) -> [UInt8] {
        let pages = good.count / 4096
        let (from, to) = (below(pages), below(pages))
        var bytes = good
        bytes.replaceSubrange(to * 4096..<(to + 1) * 4096, with: good[from * 4096..<(from + 1) * 4096])
        return bytes
    }

    private mutating func changeSchema(_ path: String) throws -> String {
        let table = Self.tables[below(Self.tables.count)]
        let changes = [
            "PRAGMA user_version = \(below(9) - 1)", "PRAGMA application_id = \(below(3))", "DROP TABLE \(table)",
            "ALTER TABLE \(table) RENAME TO other; CREATE VIEW \(table) AS SELECT * FROM other",
            "CREATE INDEX extra ON \(table) (rowid)", "CREATE VIEW extra AS SELECT * FROM \(table)",
            "ALTER TABLE \(table) ADD COLUMN extra",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET rootpage = \(below(40)) WHERE name = '\(table)'",
            "PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = 'CREATE TABLE x (a)' WHERE name = '\(table)'",
            "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema WHERE rowid = \(below(30))",
        ]
        let change = changes[below(changes.count)]
        // One that SQLite itself refuses changes nothing.
        try? HostileFileTests.change(path, [change])
        return change
    }

    private mutating func changeCells(_ path: String) throws -> String {
        var statements: [String] = []
        for _ in 0...below(3) {
            let table = Self.tables[below(Self.tables.count)]
            let queue = try DatabaseQueue(path: path)
            let columns = try queue.read { try $0.columns(in: table).map(\.name) }
            try queue.close()
            let values = [
                "NULL", "9223372036854775807", "-9223372036854775808", "-1", "0", "1", "2", "1e300", "'abc'", "''",
                "'{'",
                "'[]'", "'{}'", "'succeeded'", "x'00ff'", "zeroblob(70000000)", "'a' || char(0) || 'b'", "char(10)",
                "CAST(x'c328' AS TEXT)", "'null'", "253402300800000",
            ]
            let rows = below(2) == 0 ? "" : " WHERE rowid = \(1 + below(8))"
            let hasRowID = !["job_requests", "asked_lines", "answered_contents"].contains(table)
            statements.append(
                "UPDATE OR IGNORE \(table) SET \(columns[below(columns.count)]) = \(values[below(values.count)])"
                    + (hasRowID ? rows : ""))
        }
        let isLoose = below(3) > 0
        let all = isLoose ? HostileFileTests.loose(statements, restoring: below(4) > 0) : statements
        try? HostileFileTests.change(path, all)
        return (isLoose ? "loose: " : "") + statements.joined(separator: "; ")
    }

    private static let tables = [
        "batches", "requests", "request_lines", "attempts", "provider_jobs", "job_requests", "results",
        "anomalies",
        "asked_lines", "answered_contents",
    ]

    private mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

    /// SplitMix64.
    private mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
