import Foundation
import GRDB
import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTesting
import Synchronization
import Testing

@Suite("Removing batches", .timeLimit(.minutes(5)))
struct SQLiteRemovalTests {
    /// A process that is gone: its id is above all that there are.
    static let gone: String = {
        var owner = ClaimOwner.current()
        owner.process = 0x7FFF_FFF0
        return String(decoding: (try? JSONEncoder().encode(owner)) ?? Data(), as: UTF8.self)
    }()

    @Test("The remains of a killed import are removed in chunks, and the log stays small")
    func inChunks() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let kept = try await storage.lifeOfABatch()
            try await Self.unfinished(storage, requests: 30_000)
            try await storage.write {
                try $0.execute(sql: "UPDATE batches SET claim_owner = ? WHERE sealed = 0", arguments: [Self.gone])
            }
            let commits = Mutex(0)
            try await storage.database.writeWithoutTransaction { db in
                _ = try db.checkpoint(.truncate)
                db.trace { event in if event.description == "COMMIT TRANSACTION" { commits.withLock { $0 += 1 } } }
            }
            #expect(try await storage.sweepUnsealed(before: Date() - 86_400) == 1)
            #expect(commits.withLock { $0 } > 20)
            let log = try FileManager.default.attributesOfItem(atPath: storage.path + "-wal")[.size] as? Int
            #expect(try #require(log) < 12 * 1024 * 1024)
            #expect(try await storage.number("SELECT count(*) FROM requests") == 8)
            #expect(try await storage.number("SELECT count(*) FROM batches") == 1)
            #expect(try await storage.batch(kept) != nil)
            try await storage.checkIntegrity()
        }
    }

    @Test("A removal that stops half-way has removed the batch, and the next sweep removes the rest")
    func stopped() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            let batch = try await storage.lifeOfABatch()
            // What a crash after the first transaction of a removal leaves.
            try await storage.write { db in _ = try db.hide(batch) }
            #expect(try await storage.batch(batch) == nil)
            #expect(try await storage.batches(containing: "r1", limit: 5) == [])
            #expect(try await storage.batches(BatchQuery()).elements.isEmpty)
            // Its name and its id are free.
            #expect(try await storage.smallBatch(2, name: "life") != batch)
            #expect(try await storage.sweepUnsealed(before: Date() - 86_400) == 0)
            #expect(try await storage.number("SELECT count(*) FROM requests") == 2)
            #expect(try await storage.number("SELECT count(*) FROM results") == 0)
        }
    }

    @Test("An import that takes more than a day is kept while its process lives")
    func longImport() async throws {
        try await TemporaryFolder.with { folder in
            let storage = try SQLiteStorage(path: folder.newPath())
            try await Self.unfinished(storage, requests: 3)
            let aged = Int64((Date().timeIntervalSince1970 - 200_000) * 1000)
            try await storage.write { try $0.execute(sql: "UPDATE batches SET begun_at = ?", arguments: [aged]) }
            #expect(try await storage.sweepUnsealed(before: Date() - 86_400) == 0)
            // One of another host, of which nothing is known, goes by its age.
            let elsewhere = String(
                decoding: try JSONEncoder().encode(ClaimOwner(host: "elsewhere", process: 1, runner: "a")),
                as: UTF8.self)
            try await storage.write {
                try $0.execute(sql: "UPDATE batches SET claim_owner = ?", arguments: [elsewhere])
            }
            #expect(try await storage.sweepUnsealed(before: Date() - 86_400) == 1)
        }
    }

    @Test("A process id that was reused counts as that of a process that is gone")
    func reusedProcess() {
        var owner = ClaimOwner.current()
        #expect(owner.isAlive() && !owner.isGone())
        owner.started = owner.started.map { $0 + 1 }
        #expect(!owner.isAlive() && (owner.started == nil || owner.isGone()))
    }

    @Test("Two processes that import one batch at the same time do not disturb each other")
    func twoCopies() async throws {
        try await TemporaryFolder.with { folder in
            let source = try SQLiteStorage(path: folder.newPath())
            let batch = try await source.lifeOfABatch()
            let file = folder.newPath()
            try await PortableFile(path: file).write(
                try await Batch.load(batch, storage: source, catalog: ProviderCatalog()))
            let path = folder.newPath()
            let targets = try (0..<4).map { _ in try SQLiteStorage(path: path) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for target in targets {
                    group.addTask { _ = try await PortableFile(path: file).read(into: target) }
                }
                try await group.waitForAll()
            }
            let all = try await targets[0].batches(BatchQuery()).elements
            #expect(all.map(\.id) == [batch])
            #expect(try await targets[0].tries(of: batch, after: nil, limit: 100).elements.count == 10)
            #expect(try await targets[0].sweepUnsealed(before: .distantFuture) == 0)
            try await targets[0].checkIntegrity()
        }
    }

    @Test("Two interleaved copies of one batch are two complete copies")
    func interleaved() async throws {
        try await TemporaryFolder.with { folder in
            let source = try SQLiteStorage(path: folder.newPath())
            let batch = try await source.lifeOfABatch()
            let snapshot = BatchSnapshot(
                batch: try #require(try await source.batch(batch)), attempts: try await source.attempts(of: batch),
                jobs: try await source.providerJobs(of: batch, attempt: nil))
            let requests = try await source.requests(RequestQuery(batch: batch)).elements.map {
                NewRequest(position: $0.position, sourceLine: $0.sourceLine, request: $0.request)
            }
            let tries = try await source.tries(of: batch, after: nil, limit: 100).elements
            let path = folder.newPath()
            let targets = [try SQLiteStorage(path: path), try SQLiteStorage(path: path)]
            for target in targets { try await target.beginRestore(snapshot) }
            for target in targets { try await target.restoreRequests(requests, to: batch) }
            for target in targets.reversed() { try await target.restoreTries(tries, to: batch) }
            for target in targets { try await target.sealRestore(batch) }
            #expect(try await targets[0].tries(of: batch, after: nil, limit: 100).elements == tries)
            #expect(try await targets[0].number("SELECT count(*) FROM batches") == 1)
            try await targets[0].checkIntegrity()
        }
    }

    @Test("A name that is taken is found before anything is copied; the other batches are imported")
    func takenName() async throws {
        try await TemporaryFolder.with { folder in
            let source = try SQLiteStorage(path: folder.newPath())
            let taken = try await source.smallBatch(2, name: "taken")
            let free = try await source.smallBatch(2, name: "free")
            try source.close()
            let target = MemoryStorage()
            let watched = FaultyStorage(wrapping: target, plan: [])
            let other = BatchID.random()
            try await target.beginBatch(
                NewBatch(
                    id: other, name: "taken", endpoint: .chatCompletions, metadata: [:],
                    provider: ProviderSettings(name: "offline"), createdAt: Date()))
            _ = try await target.sealBatch(other, contentSHA256: [])
            let report = try await PortableFile(path: source.path).read(into: watched)
            #expect(report.batches.map(\.id) == [free])
            #expect(report.skipped.map(\.batch) == [taken])
            #expect(report.skipped.map(\.reason.code) == [.nameTaken])
            #expect(try await target.batch(other) != nil)
            #expect(watched.calls.count { "\($0)".contains("beginRestore") } == 1)
        }
    }

    /// A batch that was begun and not sealed, with lines of a kilobyte.
    private static func unfinished(_ storage: SQLiteStorage, requests count: Int) async throws {
        let id = BatchID.random()
        try await storage.beginBatch(
            NewBatch(
                id: id, name: nil, endpoint: .chatCompletions, metadata: [:],
                provider: ProviderSettings(name: "openai"),
                createdAt: Date()))
        let line = Array(repeating: UInt8(ascii: "x"), count: 1024)
        for start in stride(from: 0, to: count, by: 5000) {
            let requests = (start..<min(start + 5000, count)).map { position in
                NewRequest(
                    position: position, sourceLine: nil,
                    request: BatchRequest(
                        customID: CustomID("r\(position)"), endpoint: .chatCompletions, model: nil, line: line))
            }
            try await storage.appendRequests(requests, to: id)
        }
    }
}
