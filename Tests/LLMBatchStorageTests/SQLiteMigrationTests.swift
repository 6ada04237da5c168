import Foundation
import GRDB
import LLMBatchCore
import LLMBatchSQLite
import LLMBatchSQLiteMigrations
import LLMBatchTesting
import Testing

@Suite("SQLite migrations")
struct SQLiteMigrationTests {
    @Test("A migration that is interrupted at any of its statements has not happened, and happens at the next opening")
    func interruptedAtEachStatement() async throws {
        for migration in SQLiteMigrations.all {
            for count in 0...(try statements(of: migration)) {
                try await TemporaryFolder.with { folder in
                    let path = folder.newPath()
                    try begin(migration, at: path, stoppingAfter: count)
                    let storage = try SQLiteStorage(path: path)
                    #expect(try await storage.number("PRAGMA user_version") == SQLiteMigrations.head)
                    _ = try await storage.lifeOfABatch()
                    try await storage.checkIntegrity()
                }
            }
        }
    }

    private func statements(of migration: SQLiteMigrations.Migration) throws -> Int {
        var count = 0
        try DatabaseQueue().writeWithoutTransaction { db in
            let all = try db.allStatements(sql: migration.sql)
            while let statement = try all.next() {
                try statement.execute()
                count += 1
            }
        }
        return count
    }

    /// Runs the first statements of a migration and ends without a commit, as a process that dies would.
    private func begin(_ migration: SQLiteMigrations.Migration, at path: String, stoppingAfter count: Int) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            for earlier in SQLiteMigrations.all where earlier.number < migration.number {
                try db.execute(sql: earlier.sql)
                try db.execute(sql: "PRAGMA user_version = \(earlier.number)")
            }
            try db.execute(sql: "PRAGMA application_id = \(0x4C4C_4D42)")
            try db.execute(sql: "BEGIN IMMEDIATE")
            let all = try db.allStatements(sql: migration.sql)
            for _ in 0..<count { try all.next()?.execute() }
            try db.execute(sql: "ROLLBACK")
        }
        try queue.close()
    }

    @Test("The log stays bounded while a reader takes its time over a long list")
    func boundedLog() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let storage = try SQLiteStorage(path: path)
            let read = try await storage.smallBatch(2000)
            let reader = try SQLiteStorage(path: path)
            var query = RequestQuery(batch: read, limit: 20)
            // A page, then a megabyte written, a hundred times: a reader that held on would keep every byte in the log.
            for number in 0..<100 {
                query.after = try await reader.requests(query).elements.last?.position
                let id = BatchID.random()
                try await storage.beginBatch(
                    NewBatch(
                        id: id, name: nil, endpoint: .chatCompletions, metadata: [:],
                        provider: ProviderSettings(name: "offline"),
                        createdAt: .thisMillisecond))
                let line = Array(repeating: UInt8(ascii: " "), count: 1 << 20)
                let request = BatchRequest(
                    customID: CustomID("\(number)"), endpoint: .chatCompletions, model: nil, line: line)
                try await storage.appendRequests([NewRequest(position: 0, sourceLine: nil, request: request)], to: id)
            }
            let log = try #require(try FileManager.default.attributesOfItem(atPath: path + "-wal")[.size] as? Int)
            #expect(log < 32 << 20, "the log has \(log) bytes")
        }
    }
}
