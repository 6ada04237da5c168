import GRDB
import LLMBatchSQLiteMigrations

/// Compares the schema that a file declares with the one that our migrations make, before a row of it is read: a file that
/// was handed to us can declare anything (a view that never ends in the place of a table, columns of no type).
struct SchemaCheck {
    /// A table, an index, a view or a trigger, with the statement that made it.
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

    /// What `ANALYZE` adds, which changes no answer.
    private static let statistics = ["sqlite_stat1", "sqlite_stat4"]

    /// - Returns: what is not as it should be, in words; nil when all is.
    static func firstDifference(in db: Database, version: Int) throws -> String? {
        let wanted = try objects(made: version)
        let found = try objects(db)
        if let object = wanted.subtracting(found).min(by: { $0.name < $1.name }) {
            let isThere = found.contains { $0.name == object.name }
            return "its \(object.type) \(object.name) is \(isThere ? "not the one of schema \(version)" : "missing")"
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
