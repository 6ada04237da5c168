import Foundation
import GRDB
import LLMBatchCore
import Testing

import LLMBatchSQLite
import LLMBatchTypedJobs

/// Files that were handed to us: whatever is in them, an import ends with everything or with an error that says so.
@Suite("Hostile files", .timeLimit(.minutes(20)))
struct HostileFileTests {
    /// What is done to a good file, by SQL, after which it is damaged.
    static let damages: [(String, [String])] = [
        ("a time out of reach", ["UPDATE batches SET created_at = 9223372036854775807"]),
        (
            "the time of a result out of reach",
            ["UPDATE results SET recorded_at = 9223372036854775807"]
        ),
        ("a time before all times", ["UPDATE attempts SET created_at = -9223372036854775808"]),
        ("no count in a table that is not strict", loose(["UPDATE batches SET requests = NULL"])),
        ("a word for a count", loose(["UPDATE provider_jobs SET tries = 'abc'"])),
        (
            "a word for a count, under the right schema",
            loose(["UPDATE provider_jobs SET tries = 'abc'"], restoring: true)
        ),
        ("no line, under the right schema", loose(["UPDATE request_lines SET line = NULL"], restoring: true)),
        (
            "a view in the place of a table",
            [
                "ALTER TABLE batches RENAME TO hidden",
                "CREATE VIEW batches AS SELECT 1 AS batch_key, 'x' AS id, 1 AS sealed",
            ]
        ),
        (
            "a view that never ends",
            [
                "ALTER TABLE requests RENAME TO hidden",
                """
                CREATE VIEW requests AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)
                SELECT i AS request_key, 1 AS batch_key, i AS position, 'r' || i AS custom_id, NULL AS model,
                    NULL AS source_line, NULL AS outcome, NULL AS result_key FROM n
                """,
            ]
        ),
        ("a trigger", ["CREATE TRIGGER t AFTER INSERT ON batches BEGIN DELETE FROM batches; END"]),
        ("a table more", ["CREATE TABLE more (a)"]),
        ("an index less", ["DROP INDEX batches_by_content"]),
        ("settings that are no JSON", ["UPDATE batches SET settings = '{'"]),
        ("settings of another form", ["UPDATE attempts SET settings = '[]'"]),
        ("labels of another form", ["UPDATE batches SET metadata = '{\"a\":1}'"]),
        ("a definition that is no job", ["UPDATE batches SET definition = 'prompt'"]),
        ("progress that is no JSON", ["UPDATE provider_jobs SET collected = 'x'"]),
        (
            "another request",
            [
                "UPDATE request_lines SET line = CAST('{\"custom_id\":\"r0\",\"n\":2}' AS BLOB) WHERE request_key & 4294967295 = 0"
            ]
        ),
        (
            "a line of another request",
            [
                "UPDATE request_lines SET line = CAST('{\"custom_id\":\"r7\",\"n\":1}' AS BLOB) WHERE request_key & 4294967295 = 0"
            ]
        ),
        ("a hash of something else", ["UPDATE batches SET content_sha256 = zeroblob(32)"]),
        (
            "counts that are not those of the rows",
            ["UPDATE batches SET succeeded = succeeded + 1, requests = requests + 1"]
        ),
        (
            "counts of a job that are not those of its rows",
            ["UPDATE provider_jobs SET errored = 0, missing = missing + errored"]
        ),
        ("an answer that does not exist", ["UPDATE requests SET result_key = NULL WHERE custom_id = 'r0'"]),
        ("an id that would be a command", ["UPDATE batches SET id = '$(reboot)'"]),
        ("a name that is a reference", ["UPDATE batches SET name = '@last'"]),
        ("attempts that are not numbered in order", ["UPDATE attempts SET number = number + 7, parent = NULL"]),
        ("a row of nobody", ["PRAGMA foreign_keys = OFF", "DELETE FROM provider_jobs"]),
    ]

    @Test("Every kind of damage is found and named", arguments: damages.indices)
    func damaged(_ index: Int) async throws {
        let (name, statements) = Self.damages[index]
        try await TemporaryFolder.with { folder in
            let path = try await Self.goodFile(in: folder)
            try Self.change(path, statements)
            let target = MemoryStorage()
            let start = ContinuousClock.now
            let error = await #expect(throws: LLMBatchError.self, "\(name)") {
                _ = try await PortableFile(path: path).read(into: target, readPolicy: TypedJobPolicy.reader())
            }
            #expect(ContinuousClock.now - start < .seconds(10), "\(name)")
            #expect(error?.code == .storage, "\(name): \(String(describing: error))")
            #expect(error?.message.hasPrefix("\(path) is damaged: ") == true, "\(name): \(error?.message ?? "")")
            #expect(try await target.batches(BatchQuery()).elements.isEmpty)
        }
    }

    @Test("The same damage in a store is an error", arguments: damages.indices)
    func ownStore(_ index: Int) async throws {
        let (name, statements) = Self.damages[index]
        // Reading a view that never ends takes for ever; whoever can write the store can do worse.
        guard !statements.contains(where: { $0.contains("RECURSIVE") }) else { return }
        try await TemporaryFolder.with { folder in
            let path = try await Self.goodFile(in: folder)
            try Self.change(path, statements)
            do {
                let storage = try SQLiteStorage(path: path)
                for record in try await storage.batches(BatchQuery()).elements {
                    _ = try await storage.providerJobs(of: record.id, attempt: nil)
                    _ = try await storage.requests(RequestQuery(batch: record.id))
                    _ = try await storage.results(ResultQuery(batch: record.id))
                    _ = try await storage.tries(of: record.id, after: nil, limit: 100)
                    _ = try await storage.history(of: record.id, customID: "r4")
                    _ = try await storage.hold(record.id)
                }
            } catch let error as LLMBatchError { #expect(error.message.contains(path), "\(name): \(error)") }
        }
    }

    @Test("A randomly changed file is imported whole or rejected with the reason")
    func mutations() async throws {
        let environment = ProcessInfo.processInfo.environment
        let count = environment["LLMBATCH_TEST_MUTATIONS"].flatMap { Int($0) } ?? 300
        let seed = environment["LLMBATCH_TEST_SEED"].flatMap { UInt64($0) } ?? UInt64.random(in: 0...UInt64.max)
        print("seed \(seed), \(count) mutations")
        try await TemporaryFolder.with { folder in
            let good = try await Self.goodFile(in: folder)
            let bytes = try [UInt8](Data(contentsOf: URL(filePath: good)))
            var dice = FileMutation(seed: seed)
            var (imported, slowest) = (0, Duration.zero)
            for number in 0..<count {
                let path = folder.path("mutant.db")
                let what = try dice.write(bytes, to: path)
                let start = ContinuousClock.now
                do {
                    let target = MemoryStorage()
                    let report = try await PortableFile(path: path).read(
                        into: target, readPolicy: TypedJobPolicy.reader())
                    for batch in report.batches { _ = try await batch.record() }
                    imported += 1
                } catch let error as LLMBatchError {
                    #expect([.storage, .file].contains(error.code), "\(number): \(what): \(error)")
                }
                slowest = max(slowest, ContinuousClock.now - start)
                for name in try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
                where name.hasPrefix("mutant") { try FileManager.default.removeItem(atPath: folder.path(name)) }
            }
            print("imported \(imported) of \(count), slowest \(slowest)")
            #expect(slowest < .seconds(10))
        }
    }

    /// A file with a batch of eight that was retried, closed.
    static func goodFile(in folder: TemporaryFolder) async throws -> String {
        let store = try SQLiteStorage(path: folder.newPath())
        let id = try await store.lifeOfABatch()
        let path = folder.newPath()
        try await PortableFile(path: path).write(try await Batch.load(id, storage: store, catalog: ProviderCatalog()))
        return path
    }

    static func change(_ path: String, _ statements: [String]) throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        for statement in statements {
            // A changed schema is read by the next connection.
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
                try db.execute(sql: statement)
            }
            try queue.close()
        }
    }

    /// Statements under a schema that takes everything, which then stays or is what it was.
    static func loose(_ statements: [String], restoring: Bool = false) -> [String] {
        let open = "PRAGMA writable_schema = ON;"
        let keep = restoring ? "CREATE TABLE kept AS SELECT name AS n, sql AS s FROM sqlite_schema;" : ""
        let loosen = """
            \(keep)\(open) UPDATE sqlite_schema SET sql = replace(replace(replace(replace(
                sql, ') STRICT, WITHOUT', ') WITHOUT'), ') STRICT', ')'), 'IS NOT NULL', 'NOTNULL'), ' NOT NULL', '')
            WHERE type = 'table'
            """
        let restore = [
            "\(open) UPDATE sqlite_schema SET sql = (SELECT s FROM kept WHERE n = name) "
                + "WHERE name <> 'kept'", "DROP TABLE kept",
        ]
        return [loosen] + statements + (restoring ? restore : [])
    }
}
