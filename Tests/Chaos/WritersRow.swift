import ArgumentParser
import Foundation
import LLMBatch
import Workbench

/// 8 processes × 500 writes with 4 readers on one file: no BUSY reaches anybody, nothing is lost.
enum WritersRow {
    static let writers = 8
    static let writes = 500

    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        for _ in 0..<times { try await once() }
        return "\(times) × \(writers) processes × \(writes) writes with 4 readers"
    }

    private static func once() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        func start(_ arguments: String...) throws -> Tool.Running {
            let binary = URL(filePath: CommandLine.arguments[0])
            return try Tool.Running(tool: tool, binary: binary, arguments: arguments, input: nil)
        }
        let writers = try (0..<writers).map { try start("writer", bench.storage.path, String(writes), "w\($0)") }
        let readers = try (0..<4).map { _ in try start("reader", bench.storage.path, String(Self.writers)) }
        for running in writers + readers {
            let ended = try await running.ended()
            try Invariants.require(ended.code == 0, "exit \(ended.code): \(ended.errors)")
        }
        try await bench.storage.checkIntegrity()
        let batches = try await bench.storage.batches(BatchQuery()).elements
        try Invariants.require(batches.count == Self.writers, "\(batches.count) batches")
        try Invariants.require(
            batches.allSatisfy { $0.counts.requested == writes }, "\(batches.map(\.counts.requested))")
        let log = try FileManager.default.attributesOfItem(atPath: bench.storage.path + "-wal")[.size] as? Int ?? 0
        try Invariants.require(log < 64 << 20, "the write-ahead log has \(log) bytes")
    }
}

/// One of the writing processes: a batch, a transaction a request.
struct Writer: AsyncParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)
    @Argument var path: String
    @Argument var writes: Int
    @Argument var name: String

    func run() async throws {
        let storage = try SQLiteStorage(path: path)
        let id = BatchID.random()
        try await storage.beginBatch(
            NewBatch(
                id: id, name: name, endpoint: .chatCompletions, metadata: [:],
                provider: ProviderSettings(name: "offline"),
                createdAt: .thisMillisecond))
        for position in 0..<writes {
            let request = BatchRequest(
                customID: CustomID("\(name)-\(position)"), endpoint: .chatCompletions, body: ["messages": []])
            try await storage.appendRequests(
                [NewRequest(position: position, sourceLine: nil, request: request)], to: id)
        }
        _ = try await storage.sealBatch(id, contentSHA256: [])
    }
}

/// One of the reading processes: lists and pages until all batches are there.
struct Reader: AsyncParsableCommand {
    static let configuration = CommandConfiguration(shouldDisplay: false)
    @Argument var path: String
    @Argument var batches: Int

    func run() async throws {
        let storage = try SQLiteStorage(path: path)
        let end = Date().addingTimeInterval(120)
        while Date() < end {
            let found = try await storage.batches(BatchQuery()).elements
            for batch in found { _ = try await storage.requests(RequestQuery(batch: batch.id, limit: 50)) }
            if found.count >= batches { return }
        }
        throw Broken("the writers did not finish")
    }
}
