import Foundation
import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTesting
import Testing

@Suite("SQLite log")
struct SQLiteLogTests {
    @Test("The log stays bounded while a reader pages slowly through a long list")
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
