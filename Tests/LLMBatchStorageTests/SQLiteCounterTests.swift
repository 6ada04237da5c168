import Foundation
import GRDB
import LLMBatchCore
import Synchronization
import Testing

import LLMBatchSQLite

@Suite("SQLite counters")
struct SQLiteCounterTests {
    @Test("A count that differs from its rows is found")
    func aCountThatIsNotThatOfItsRowsIsFound() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let batch = try await storage.lifeOfABatch()
            try await storage.checkIntegrity()
            let changes = [
                "UPDATE batches SET succeeded = succeeded + 1, errored = errored - 1",
                "UPDATE provider_jobs SET succeeded = 0 WHERE phase <> 'ended'",
                "UPDATE batches SET anomalies = 7", "UPDATE requests SET outcome = 'expired' WHERE custom_id = 'r5'",
                "UPDATE batches SET requests = 9",
            ]
            for change in changes {
                let error = await #expect(throws: LLMBatchError.self, "\(change)") {
                    try await storage.database.writeWithoutTransaction { db in
                        try db.execute(sql: "SAVEPOINT s; \(change)")
                        defer { try? db.execute(sql: "ROLLBACK TO s; RELEASE s") }
                        if let wrong = try db.firstWrongCount() { throw LLMBatchError.damaged(storage.path, wrong) }
                    }
                }
                #expect(error?.message.contains("do not match its rows") == true, "\(change)")
            }
            #expect(try await storage.batch(batch)?.counts.finished == 7)
        }
    }

    @Test("The number of anomalies is kept")
    func theNumberOfAnomaliesIsKept() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let batch = try await storage.lifeOfABatch()
            #expect(try await storage.batch(batch)?.anomalies == 1)
            let claim = try await storage.hold(batch, runner: "a")
            // The same line once more is the same anomaly.
            try await storage.answer([99], .errored, ProviderJobID(batch: batch, attempt: 1, index: 1), claim: claim)
            #expect(try await storage.batch(batch)?.anomalies == 1)
            try await storage.answer([98], .errored, ProviderJobID(batch: batch, attempt: 1, index: 1), claim: claim)
            #expect(try await storage.batch(batch)?.anomalies == 2)
        }
    }

    @Test("The progress of a batch is read without touching its requests")
    func noRequestIsRead() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath(), mode: .portable)
            let batch = try await storage.lifeOfABatch()
            let seen = Mutex<[String]>([])
            try await storage.database.writeWithoutTransaction { db in
                db.trace { event in seen.withLock { $0.append(event.expandedDescription) } }
            }
            _ = try await storage.batch(batch)
            _ = try await storage.batches(BatchQuery())
            _ = try await storage.providerJobs(of: batch, attempt: nil)
            _ = try await storage.read { try Row.fetchAll($0, sql: "SELECT * FROM batch_overview").count }
            try await storage.database.writeWithoutTransaction { db in db.trace(options: []) }
            let plans = try await storage.read { db in
                try seen.withLock { $0 }.filter { $0.hasPrefix("SELECT") }.flatMap { sql in
                    try Row.fetchAll(db, sql: "EXPLAIN \(sql)").compactMap { row in
                        row["opcode"] == "OpenRead" ? row["p2"] as Int? : nil
                    }.compactMap { root in
                        try String.fetchOne(
                            db, sql: "SELECT tbl_name FROM sqlite_schema WHERE rootpage = ?", arguments: [root])
                    }
                }
            }
            #expect(Set(plans) == ["batches", "attempts", "provider_jobs"])
        }
    }

    @Test("The cost of reading progress does not depend on the number of requests")
    func costIsFlat() async throws {
        let large = ProcessInfo.processInfo.environment["LLMBATCH_TEST_REQUESTS"].flatMap { Int($0) } ?? 200_000
        let small = try await Self.costs(requests: 1000)
        let big = try await Self.costs(requests: large)
        for (name, cost) in big {
            let base = try #require(small[name])
            print("\(name): \(base) of 1000 requests, \(cost) of \(large)")
            // A fifth of a millisecond is the noise of a busy machine.
            #expect(cost <= base * 1.5 + .microseconds(200), "\(name): \(base) became \(cost)")
        }
    }

    /// The least time of each question to a store with one batch that is at work, half of it answered.
    private static func costs(requests: Int) async throws -> [String: Duration] {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let batch = try await storage.halfAnswered(requests)
            let questions: [(String, @Sendable () async throws -> Void)] = [
                ("record", { _ = try await storage.batch(batch) }),
                ("list", { _ = try await storage.batches(BatchQuery()) }),
                ("jobs", { _ = try await storage.providerJobs(of: batch, attempt: nil) }),
            ]
            var costs: [String: Duration] = [:]
            for (name, ask) in questions {
                var least = Duration.seconds(100)
                for _ in 0..<60 { least = min(least, try await ContinuousClock().measure { try await ask() }) }
                costs[name] = least
            }
            return costs
        }
    }
}

extension SQLiteStorage {
    /// A batch of so many requests in one job, every second one answered; made by SQL, which is quick.
    func halfAnswered(_ count: Int) async throws -> BatchID {
        let id = try await smallBatch(1)
        let claim = try await hold(id)
        try await plan([0], attempt: 1, claim: claim)
        try await write { db in
            let numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < \(count - 1))"
            let statements = [
                """
                \(numbers) INSERT INTO requests (request_key, batch_key, custom_id, outcome, result_key)
                SELECT batch_key << 32 | i, batch_key, 'r' || i, iif(i % 2, NULL, 'succeeded'), iif(i % 2, NULL, i)
                FROM n, batches
                """,
                "INSERT INTO request_lines SELECT request_key, '{}' FROM requests WHERE position > 0",
                """
                INSERT INTO job_requests (job_key, request_key) SELECT 1, request_key FROM requests WHERE position > 0
                """,
                """
                INSERT INTO results (result_key, job_key, request_key, outcome, recorded_at)
                SELECT result_key, 1, request_key, outcome, 0 FROM requests WHERE result_key IS NOT NULL
                """,
                "UPDATE provider_jobs SET requests = \(count)",
            ]
            for sql in statements {
                try db.execute(sql: sql.replacing("'{}'", with: "CAST('{}' AS BLOB)"))
            }
            try db.recount(batch: 1)
        }
        try await checkIntegrity()
        return id
    }
}
