import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTesting
import Synchronization
import Testing

@Suite("Storage conformance")
struct ConformanceTests {
    @Test("in memory", arguments: StorageConformance.cases)
    func memory(_ oneCase: StorageConformance.Case) async throws {
        try await StorageConformance.run(oneCase) { MemoryStorage() }
    }

    @Test("in a SQLite file", arguments: StorageConformance.cases)
    func sqlite(_ oneCase: StorageConformance.Case) async throws {
        try await TemporaryFolder.with { folder in
            let made = Mutex<[SQLiteStorage]>([])
            try await StorageConformance.run(oneCase) {
                let storage = try SQLiteStorage(path: folder.newPath())
                made.withLock { $0.append(storage) }
                return storage
            }
            // Whatever was done, the file is sound and every kept count is that of its rows.
            for storage in made.withLock({ $0 }) { try await storage.checkIntegrity() }
        }
    }

    @Test func thereAreManyCasesAndEachHasItsOwnName() {
        let names = StorageConformance.cases.map(\.name)
        #expect(names.count >= 150)
        #expect(Set(names).count == names.count)
    }
}
