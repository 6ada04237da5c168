import Foundation
import GRDB
import LLMBatchCore
import Synchronization
import Testing

import LLMBatchSQLite

@Suite("SQLite query plans")
struct SQLiteQueryPlanTests {
    /// What is asked often, and what grows with a batch, so must be found by an index.
    static let questions: [(String, @Sendable (SQLiteStorage, BatchID, Claim) async throws -> Void)] = [
        ("requests by id", { storage, batch, _ in _ = try await storage.requests(of: batch, customIDs: ["r1"]) }),
        ("results by id", { storage, batch, _ in _ = try await storage.results(of: batch, customIDs: ["r1"]) }),
        ("history", { storage, batch, _ in _ = try await storage.history(of: batch, customID: "r1") }),
        ("batches that have an id", { storage, _, _ in _ = try await storage.batches(containing: "r1", limit: 5) }),
        ("record", { storage, batch, _ in _ = try await storage.batch(batch) }),
        ("all", { storage, batch, _ in _ = try await storage.requests(RequestQuery(batch: batch, after: 2)) }),
        (
            "unsuccessful",
            { storage, batch, _ in
                let unsuccessful = RequestQuery.Selection.outcomes(Outcome.unsuccessful)
                _ = try await storage.requests(RequestQuery(batch: batch, selection: unsuccessful, after: 2))
            }
        ),
        (
            "open",
            { storage, batch, _ in
                _ = try await storage.requests(RequestQuery(batch: batch, selection: .open, after: 2))
            }
        ),
        (
            "unsuccessful results",
            { storage, batch, _ in
                _ = try await storage.results(ResultQuery(batch: batch, outcomes: Outcome.unsuccessful))
            }
        ),
        (
            "open requests of a job",
            { storage, batch, _ in
                let job = ProviderJobID(batch: batch, attempt: 2, index: 1)
                _ = try await storage.providerJobRequests(ProviderJobRequestQuery(job: job, onlyOpen: true, after: 2))
            }
        ),
        ("tries", { storage, batch, _ in _ = try await storage.tries(of: batch, after: nil, limit: 5) }),
        (
            "answers by content",
            { storage, _, _ in
                let line = Array(#"{"custom_id":"r1","body":{}}"#.utf8)
                let request = BatchRequest(customID: "r1", endpoint: .chatCompletions, model: nil, line: line)
                let content = ReuseKey(request, provider: ProviderSettings(name: "openai"))
                _ = try await storage.answers(to: [content])
            }
        ),
        (
            "ingest into a retry",
            { storage, batch, claim in
                try await storage.answer(
                    [6], .succeeded, ProviderJobID(batch: batch, attempt: 2, index: 1), claim: claim)
            }
        ),
    ]

    @Test("No query scans the requests", arguments: questions.indices)
    func requestsAreNeverScanned(_ index: Int) async throws {
        let (name, ask) = Self.questions[index]
        try await TemporaryFolder.with { folder in
            // One connection, so that every statement can be seen.
            let storage = try SQLiteStorage(path: folder.newPath(), mode: .portable)
            let batch = try await storage.lifeOfABatch()
            let claim = try await storage.hold(batch)
            let seen = Statements()
            try await storage.database.writeWithoutTransaction { db in
                db.trace { event in seen.add(event.expandedDescription) }
            }
            try await ask(storage, batch, claim)
            try await storage.database.writeWithoutTransaction { db in db.trace(options: []) }
            let scans = try await scansOfRequests(seen.all, storage)
            #expect(!seen.all.isEmpty, "\(name)")
            #expect(scans.isEmpty, "\(name): \(scans)")
        }
    }

    /// The steps of the plans that read a table of requests from end to end.
    private func scansOfRequests(_ statements: [String], _ storage: SQLiteStorage) async throws -> [String] {
        try await storage.read { db in
            let verbs = ["SELECT", "UPDATE", "DELETE"]
            let plans = try statements.filter { sql in verbs.contains { sql.hasPrefix($0) } }.flatMap { sql in
                try Row.fetchAll(db, sql: "EXPLAIN QUERY PLAN \(sql)").map { $0["detail"] as String }
            }
            let tables = [
                "answered_contents", "c", "r", "t", "s", "l", "requests", "job_requests", "request_lines", "results",
            ]
            return plans.filter { step in tables.contains { step == "SCAN \($0)" || step.hasPrefix("SCAN \($0) ") } }
        }
    }
}

/// Statements that were run, as text.
private final class Statements: Sendable {
    private let list = Mutex<[String]>([])

    var all: [String] { list.withLock { $0 } }

    func add(_ statement: String) { list.withLock { $0.append(statement) } }
}
