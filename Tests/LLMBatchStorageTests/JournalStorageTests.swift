import Foundation
import JournalStorage
import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTesting
import Testing

@Suite("The example of a custom storage")
struct JournalStorageTests {
    @Test("The example passes every conformance case", arguments: StorageConformance.cases)
    func conforms(_ oneCase: StorageConformance.Case) async throws {
        try await TemporaryFolder.with { folder in
            try await StorageConformance.run(oneCase) { try await JournalStorage(path: folder.newPath()) }
        }
    }

    @Test("A journal that is opened again has the same contents")
    func reopening() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let storage = try await JournalStorage(path: path)
            try await StorageConformance.checkReopening(storage) {
                try await storage.close()
                return try await JournalStorage(path: path)
            }
        }
    }

    @Test("A SQLite file that is opened again has the same contents")
    func reopeningSQLite() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            try await StorageConformance.checkReopening(try SQLiteStorage(path: path)) { try SQLiteStorage(path: path) }
        }
    }

    @Test("A torn last line loses nothing before it, and the journal continues")
    func tornTail() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let first = try await sealedBatch(in: path)
            let whole = try Data(contentsOf: URL(fileURLWithPath: path))
            let second = try await sealedBatch(in: path)
            let grown = try Data(contentsOf: URL(fileURLWithPath: path))
            // The last line is the seal of the second batch.
            let lastLine = try #require(grown.dropLast().lastIndex(of: 0x0A)) + 1
            for end in stride(from: lastLine, to: grown.count, by: 7) {
                try grown[..<end].write(to: URL(fileURLWithPath: path))
                let storage = try await JournalStorage(path: path)
                #expect(try await storage.batches(BatchQuery()).elements.map(\.id) == [first])
                await #expect(throws: LLMBatchError.self) { try await storage.appendRequests([], to: second) }
                try await storage.close()
            }
            let third = try await sealedBatch(in: path)
            let storage = try await JournalStorage(path: path)
            #expect(try await storage.batches(BatchQuery()).elements.map(\.id) == [third, first])
            #expect(whole.count < grown.count)
        }
    }

    @Test("An unreadable line is reported, not skipped")
    func damage() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            _ = try await sealedBatch(in: path)
            var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
            bytes[5] = 0x7B
            try bytes.write(to: URL(fileURLWithPath: path))
            let error = await #expect(throws: LLMBatchError.self) { try await JournalStorage(path: path) }
            #expect(error?.code == .storage)
            #expect(error?.message.contains("line 1") == true)
        }
    }

    @Test("Only one process can open the journal, and a closed one accepts nothing")
    func exclusive() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let storage = try await JournalStorage(path: path)
            let error = await #expect(throws: LLMBatchError.self) { try await JournalStorage(path: path) }
            #expect(error?.code == .storageUnavailable)
            try await storage.close()
            await #expect(throws: LLMBatchError.self) { try await storage.batches(BatchQuery()) }
            try await JournalStorage(path: path).close()
        }
    }

    /// Makes a batch in a journal and closes it.
    private func sealedBatch(in path: String) async throws -> BatchID {
        let storage = try await JournalStorage(path: path)
        let batch = NewBatch(
            id: .random(), name: nil, endpoint: .chatCompletions, metadata: [:],
            provider: ProviderSettings(name: "openai"), createdAt: .thisMillisecond)
        try await storage.beginBatch(batch)
        let request = BatchRequest(customID: "r0", endpoint: .chatCompletions, body: ["model": "m"])
        try await storage.appendRequests([NewRequest(position: 0, sourceLine: 1, request: request)], to: batch.id)
        _ = try await storage.sealBatch(batch.id, contentSHA256: [1])
        try await storage.close()
        return batch.id
    }
}
