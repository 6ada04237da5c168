import Foundation
import LLMBatchCore
import LLMBatchSQLite
import Testing

@Suite("SQLite file shared")
struct SQLiteSharingTests {
    @Test("Two storages on one file see each other's writes")
    func twoStoragesOfOneFileSeeEachOthersWrites() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let (one, two) = (try SQLiteStorage(path: path), try SQLiteStorage(path: path))
            let batch = try await one.smallBatch(3)
            #expect(try await two.batch(batch)?.counts.requested == 3)
            let claim = try await two.hold(batch)
            try await two.plan([0, 1, 2], attempt: 1, claim: claim)
            try await two.answer([1], .succeeded, ProviderJobID(batch: batch, attempt: 1, index: 1), claim: claim)
            #expect(try await one.batch(batch)?.counts.finished == 1)
            await #expect(throws: LLMBatchError.self) { _ = try await one.hold(batch, runner: "b") }
        }
    }

    @Test("A storage that is opened later finds what was written")
    func aStorageThatIsOpenedLaterFindsWhatWasWritten() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let batch = try await SQLiteStorage(path: path).lifeOfABatch()
            let record = try #require(try await SQLiteStorage(path: path).batch(batch))
            #expect(record.counts.finished == 7)
            #expect(record.attempts == 2)
        }
    }

    @Test("Two writers wait for each other")
    func twoWritersWaitForEachOther() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let storages = [try SQLiteStorage(path: path), try SQLiteStorage(path: path)]
            try await withThrowingTaskGroup(of: Void.self) { group in
                for storage in storages {
                    for _ in 0..<4 {
                        group.addTask { for _ in 0..<15 { _ = try await storage.smallBatch(5) } }
                    }
                }
                try await group.waitForAll()
            }
            #expect(try await storages[0].batches(BatchQuery(limit: 500)).elements.count == 120)
        }
    }

    @Test("Many processes can create one file at once")
    func manyOpenersOfANewFileAllSucceed() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            try await withThrowingTaskGroup(of: Void.self) { group in
                for number in 0..<6 {
                    group.addTask { _ = try await SQLiteStorage(path: path).smallBatch(1, name: "opener \(number)") }
                }
                try await group.waitForAll()
            }
            #expect(try await SQLiteStorage(path: path).batches(BatchQuery()).elements.count == 6)
        }
    }
}
