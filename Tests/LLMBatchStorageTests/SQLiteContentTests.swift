import Foundation
import GRDB
import LLMBatchCore
import Testing

import LLMBatchSQLite

@Suite("SQLite content")
struct SQLiteContentTests {
    @Test("The file is sound after the full life of a batch")
    func theFileIsSoundAfterAFullLife() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let batch = try await storage.lifeOfABatch()
            let gone = try await storage.smallBatch(5)
            try await storage.deleteBatch(gone)
            try await expectSound(storage)
            try await storage.deleteBatch(batch)
            try await expectSound(storage)
            let tables = [
                "batches", "requests", "request_lines", "attempts", "provider_jobs", "job_requests", "results",
                "anomalies",
            ]
            for table in tables { #expect(try await storage.number("SELECT count(*) FROM \(table)") == 0, "\(table)") }
        }
    }

    private func expectSound(_ storage: SQLiteStorage) async throws {
        let (verdicts, orphans) = try await storage.read { db in
            (
                try String.fetchAll(db, sql: "PRAGMA integrity_check"),
                try Row.fetchAll(db, sql: "PRAGMA foreign_key_check").count
            )
        }
        #expect(verdicts == ["ok"])
        #expect(orphans == 0)
    }

    @Test("batch_overview counts requests by outcome")
    func theOverviewOfBatchesCounts() async throws {
        try await withLife { db, batch in
            let row = try #require(
                try Row.fetchOne(db, sql: "SELECT * FROM batch_overview WHERE batch_id = ?", arguments: [batch]))
            #expect(row["name"] == "life")
            #expect(row["total"] == 8)
            #expect(row["succeeded"] == 5)
            #expect(row["unsuccessful"] == 2)
            #expect(row["open"] == 1)
            #expect(row["attempts"] == 2)
        }
    }

    @Test("provider_job_overview shows the phases")
    func theOverviewOfJobsTellsTheirPhases() async throws {
        try await withLife { db, _ in
            let rows = try Row.fetchAll(
                db, sql: "SELECT attempt, phase, total, model FROM provider_job_overview ORDER BY attempt")
            #expect(rows.map { $0["phase"] as String } == ["ended", "planned"])
            #expect(rows.map { $0["total"] as Int } == [8, 2])
            #expect(rows.map { $0["model"] as String? } == ["m", "m"])
        }
    }

    @Test("history has a row for every try")
    func theHistoryHoldsEveryTry() async throws {
        try await withLife { db, _ in
            let outcomes = try String.fetchAll(
                db, sql: "SELECT outcome FROM history WHERE custom_id = 'r4' ORDER BY attempt")
            #expect(outcomes == ["errored", "succeeded"])
            #expect(try Int.fetchOne(db, sql: "SELECT count(*) FROM history") == 10)
        }
    }

    @Test("answers has the current answers")
    func theAnswersAreTheCurrentOnes() async throws {
        try await withLife { db, _ in
            let rows = try Row.fetchAll(db, sql: "SELECT * FROM answers ORDER BY position")
            let wanted = [
                "succeeded", "succeeded", "succeeded", "succeeded", "succeeded", "errored", "open", "missing",
            ]
            #expect(rows.map { $0["outcome"] as String } == wanted)
            #expect(rows[4]["attempt"] == 2)
            #expect(rows[0]["result_line"] == #"{"answer":1}"#)
            #expect(rows[0]["request_line"] == #"{"custom_id":"r0","n":1}"#)
            let unsuccessful = try String.fetchAll(db, sql: "SELECT custom_id FROM unsuccessful ORDER BY position")
            #expect(unsuccessful == ["r5", "r7"])
        }
    }

    private func withLife(_ body: @escaping @Sendable (Database, String) throws -> Void) async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let batch = try await storage.lifeOfABatch()
            try await storage.read { try body($0, batch.rawValue) }
        }
    }
}
