import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTesting
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
            try await StorageConformance.run(oneCase) { try SQLiteStorage(path: folder.newPath()) }
        }
    }

    @Test func thereAreManyCasesAndEachHasItsOwnName() {
        let names = StorageConformance.cases.map(\.name)
        #expect(names.count >= 150)
        #expect(Set(names).count == names.count)
    }
}
