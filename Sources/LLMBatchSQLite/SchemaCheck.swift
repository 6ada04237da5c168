import GRDB
import LLMBatchSQLiteMigrations

/// Compares the schema that a file declares with the one that our migrations create, before any row is read: an
/// untrusted file can declare anything (an endless view in place of a table, columns without a type).
struct SchemaCheck {
    /// A table, an index, a view or a trigger, with the statement that created it.
    private struct Object: Hashable {
        let type, name, table: String
        let sql: String?

        init(row: Row) throws {
            type = try row.get("type")
            name = try row.get("name")
            table = try row.get("tbl_name")
            sql = try row.get("sql")
        }
    }

    /// The tables that `ANALYZE` adds, which change no results.
    private static let statistics = ["sqlite_stat1", "sqlite_stat4"]

    /// - Returns: the first difference, as a phrase; nil when there is none.
    static func firstDifference(in db: Database, version: Int) throws -> String? {
        let wanted = try objects(made: version)
        let found = try objects(db)
        if let object = wanted.subtracting(found).min(by: { $0.name < $1.name }) {
            let isThere = found.contains { $0.name == object.name }
            return "its \(object.type) \(object.name) is \(isThere ? "not that of schema \(version)" : "missing")"
        }
        let extra = found.subtracting(wanted).filter { !statistics.contains($0.name) }
        return extra.min { $0.name < $1.name }.map { "schema \(version) has no \($0.type) \($0.name)" }
    }

    private static func objects(made version: Int) throws -> Set<Object> {
        let queue = try DatabaseQueue()
        defer { try? queue.close() }
        return try queue.writeWithoutTransaction { db in
            for migration in SQLiteMigrations.all where migration.number <= version {
                try db.execute(sql: migration.sql)
            }
            return try objects(db)
        }
    }

    private static func objects(_ db: Database) throws -> Set<Object> {
        Set(
            try Row.fetchAll(db, sql: "SELECT type, name, tbl_name, sql FROM sqlite_schema LIMIT 1000").map(Object.init)
        )
    }
}
