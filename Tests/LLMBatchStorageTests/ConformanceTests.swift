import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTesting
import Synchronization
import Testing

@Suite("Storage conformance")
struct ConformanceTests {
    @Test("The in-memory storage passes every case", arguments: StorageConformance.cases)
    func memory(_ oneCase: StorageConformance.Case) async throws {
        try await StorageConformance.run(oneCase) { MemoryStorage() }
    }

    @Test("The SQLite storage passes every case", arguments: StorageConformance.cases)
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

    @Test("There are many cases, each with a name of its own")
    func thereAreManyCasesAndEachHasItsOwnName() {
        let names = StorageConformance.cases.map(\.name)
        #expect(names.count >= 150)
        #expect(Set(names).count == names.count)
    }
}
