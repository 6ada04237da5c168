import Foundation
import GRDB
import LLMBatchCore
import LLMBatchSQLite
import LLMBatchSQLiteMigrations
import LLMBatchTesting
import Testing

@Suite("Files of older schemas")
struct SQLiteUpgradeTests {
    static let olderVersions = Array(1..<SQLiteMigrations.head)

    @Test("A file of any older schema is migrated with its data unchanged", arguments: olderVersions)
    func upgraded(version: Int) async throws {
        try await TemporaryFolder.with { folder in
            let (old, batch, before) = try await Self.file(ofVersion: version, in: folder)
            let storage = try SQLiteStorage(path: old)
            #expect(try await storage.number("PRAGMA user_version") == SQLiteMigrations.head)
            #expect(try await Self.schema(of: storage) == before.schema)
            try await storage.checkIntegrity()
            #expect(try await storage.tries(of: batch, after: nil, limit: 100).elements == before.tries)
            #expect(try await storage.batch(batch) == before.record)
            // One that had not ended, whose counts were not stored before, and one with an anomaly.
            #expect(try await storage.batches(BatchQuery()).elements == before.all)
            // And it goes on from there.
            let claim = try await storage.hold(batch, runner: "b")
            try await storage.plan([1], attempt: 3, claim: claim)
        }
    }

    @Test("An export of any older schema is imported and left unchanged", arguments: olderVersions)
    func imported(version: Int) async throws {
        try await TemporaryFolder.with { folder in
            let (old, batch, before) = try await Self.file(ofVersion: version, in: folder)
            let bytes = try Data(contentsOf: URL(filePath: old))
            let storage = MemoryStorage()
            let copies = try await PortableFile(path: old).read(into: storage).batches
            #expect(copies.map(\.id) == before.all.reversed().map(\.id))
            #expect(copies.contains { $0.id == batch })
            #expect(try await storage.tries(of: batch, after: nil, limit: 100).elements == before.tries)
            #expect(try Data(contentsOf: URL(filePath: old)) == bytes)
        }
    }

    struct Contents {
        let schema: [String]
        let tries: [StoredTry]
        let record: BatchRecord?
        /// The newest first.
        let all: [BatchRecord]
    }

    /// A file as an older version wrote it, with a batch in it, and what is to be told of that batch.
    static func file(ofVersion version: Int, in folder: TemporaryFolder) async throws -> (
        path: String, batch: BatchID, Contents
    ) {
        let head = try SQLiteStorage(path: folder.newPath())
        let batch = try await head.smallBatch(4, name: "old")
        let claim = try await head.hold(batch)
        try await head.plan([0, 1, 2, 3], attempt: 1, claim: claim)
        try await head.answer([0, 2], .succeeded, ProviderJobID(batch: batch, attempt: 1, index: 1), claim: claim)
        try await head.end(ProviderJobID(batch: batch, attempt: 1, index: 1), claim: claim)
        try await head.plan([1, 3], attempt: 2, claim: claim)
        try await head.answer([3], .succeeded, ProviderJobID(batch: batch, attempt: 2, index: 1), claim: claim)
        try await head.end(ProviderJobID(batch: batch, attempt: 2, index: 1), claim: claim)
        try await head.release(claim)
        _ = try await head.lifeOfABatch()
        let contents = Contents(
            schema: try await schema(of: head), tries: try await head.tries(of: batch, after: nil, limit: 100).elements,
            record: try await head.batch(batch), all: try await head.batches(BatchQuery()).elements)
        let path = folder.newPath()
        try await backdate(head.path, to: version, as: path)
        return (path, batch, contents)
    }

    /// The columns that have another name since, by the name they had.
    private static let renamed = ["remote_word": "raw_status", "lack_of_room": "queue_full"]

    /// Makes a file by the first migrations alone, and fills each of its tables from a file of the head.
    private static func backdate(_ head: String, to version: Int, as path: String) async throws {
        let queue = try DatabaseQueue(path: path)
        try await queue.writeWithoutTransaction { db in
            for migration in SQLiteMigrations.all where migration.number <= version {
                try db.execute(sql: migration.sql)
            }
            try db.execute(sql: "PRAGMA application_id = \(0x4C4C_4D42)")
            try db.execute(sql: "PRAGMA user_version = \(version)")
            try db.execute(sql: "PRAGMA foreign_keys = OFF")
            try db.execute(sql: "ATTACH ? AS head", arguments: [head])
            let tables = try String.fetchAll(db, sql: "SELECT name FROM main.sqlite_schema WHERE type = 'table'")
            if version < 8 { try copyRequests(db, to: version) }
            for table in tables where version >= 8 || !keyedByRequest.contains(table) {
                // Without those that are computed.
                let columns = try String.fetchAll(
                    db, sql: "SELECT name FROM pragma_table_info(?)", arguments: [table])
                let names = columns.map { "\"\($0)\"" }.joined(separator: ", ")
                let values = columns.map { "\"\(renamed[$0] ?? $0)\"" }.joined(separator: ", ")
                try db.execute(sql: "INSERT INTO main.\(table) (\(names)) SELECT \(values) FROM head.\(table)")
            }
            if version < 5 {
                // Counts were NULL until the end.
                let names = Outcome.allCases.map { "\($0.rawValue) = NULL" }.joined(separator: ", ")
                try db.execute(sql: "UPDATE batches SET \(names) WHERE finished_at IS NULL")
                try db.execute(sql: "UPDATE provider_jobs SET \(names) WHERE ended_at IS NULL")
            }
            try db.execute(sql: "DETACH head")
        }
        try queue.close()
    }

    /// The tables in which a request had a number of its own before schema 8.
    private static let keyedByRequest = [
        "requests", "request_lines", "job_requests", "result_lines", "asked_lines", "answered_contents",
    ]

    /// Fills those tables, with numbers in another order than that of the requests.
    private static func copyRequests(_ db: Database, to version: Int) throws {
        let result = "outcome, status_code, error_code, error_message, input_tokens, output_tokens, source_file"
        var statements = [
            """
            CREATE TEMP TABLE former AS
            SELECT request_key, row_number() OVER (ORDER BY request_key DESC) AS number FROM head.requests
            """,
            """
            INSERT INTO requests (request_key, batch_key, position, custom_id, model, source_line, outcome, answer_job)
            SELECT number, batch_key, position, custom_id, model, r.source_line, r.outcome, job_key
            FROM head.requests r JOIN former USING (request_key) LEFT JOIN head.results USING (result_key)
            """,
            """
            INSERT INTO request_lines (request_key, line)
            SELECT number, line FROM head.request_lines JOIN former USING (request_key)
            """,
            "INSERT INTO result_lines (line_key, line) SELECT result_key, line FROM head.results WHERE line IS NOT NULL",
            """
            INSERT INTO job_requests (job_key, request_key, \(result), source_line, line_key, recorded_at)
            SELECT job_key, number, \(result), source_line, iif(line IS NULL, NULL, result_key), recorded_at
            FROM head.job_requests JOIN former USING (request_key) LEFT JOIN head.results USING (job_key, request_key)
            """,
        ]
        if version >= 3 {
            statements.append(
                """
                INSERT INTO asked_lines (job_key, request_key, line)
                SELECT job_key, number, line FROM head.asked_lines JOIN former USING (request_key)
                """)
        }
        if version >= 4 {
            statements.append(
                """
                INSERT INTO answered_contents (content, job_key, request_key)
                SELECT content, job_key, number FROM head.answered_contents JOIN former USING (request_key)
                """)
        }
        for sql in statements { try db.execute(sql: sql) }
    }

    /// The tables with their columns, the indexes and the views, by name.
    private static func schema(of storage: SQLiteStorage) async throws -> [String] {
        try await storage.read { db in
            let objects = try Row.fetchAll(
                db, sql: "SELECT type, name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%' ORDER BY type, name")
            return try objects.map { row in
                let columns =
                    row["type"] == "index" ? [] : try db.columns(in: row["name"]).map { "\($0.name) \($0.type)" }
                return "\(row["type"] as String) \(row["name"] as String): \(columns.joined(separator: ", "))"
            }
        }
    }
}
