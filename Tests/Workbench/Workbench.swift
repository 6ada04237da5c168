public import Foundation
public import LLMBatch
public import LLMBatchSimulator
import LLMBatchTesting

/// What most tests here need: a storage in a fresh file, requests, and a provider that is in a hurry.
public struct Workbench: ~Copyable, Sendable {
    public let folder: URL
    public let storage: SQLiteStorage

    public init() throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        storage = try SQLiteStorage(path: folder.appending(path: "batches.db").path)
    }

    deinit { try? FileManager.default.removeItem(at: folder) }

    public func path(_ name: String) -> String { folder.appending(path: name).path }

    /// Pauses of a hundredth of a second where people wait for minutes.
    public static let hurry = [
        "poll-interval": "0.01", "longest-poll": "0.01", "reconcile-interval": "0.01", "queue-interval": "0.01",
        "backoff": "0.001",
        "timeout": "20",
    ]

    /// The same pauses, but answers may take their time: for tests that count calls, on a machine that has much to do.
    public static let patient = hurry.merging(["timeout": "60"]) { $1 }

    public static func openAI(
        _ simulator: ProviderSimulator, key: APIKeySource = .value("sk-test"), model: String? = nil,
        options: [String: String] = [:]
    ) throws -> Provider {
        try .openAI(
            model: model, baseURL: simulator.baseURL, apiKey: key, options: hurry.merging(options) { _, given in given }
        )
    }

    public static func realtime(
        _ simulator: ProviderSimulator, key: APIKeySource = .value("sk-test"), model: String? = nil,
        options: [String: String] = [:]
    ) throws -> Provider {
        try .realtime(
            model: model, baseURL: simulator.baseURL, apiKey: key,
            options: ["backoff": "0.001", "timeout": "20"].merging(options) { _, given in given })
    }

    /// Requests `r0`, `r1` … for chat completions.
    public static func requests(_ count: Int, model: String = "gpt-test") -> RequestSource {
        .requests(
            (0..<count).map { index in
                BatchRequest(
                    customID: CustomID("r\(index)"), endpoint: .chatCompletions,
                    body: [
                        "model": .string(model),
                        "messages": [["role": "user", "content": .string("question \(index)")]],
                    ])
            })
    }

    /// Writes `count` requests into a file of this bench.
    public func file(count: Int, name: String = "in.jsonl") throws -> String {
        let lines = (0..<count).map { index in
            #"{"custom_id":"r\#(index)","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"question \#(index)"}]}}"#
        }
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path(name)))
        return path(name)
    }

    /// A batch of `count` requests, run to its end.
    public func run(_ count: Int, on simulator: ProviderSimulator, options: [String: String] = [:]) async throws
        -> Batch
    {
        let batch = try await Batch.create(
            Self.requests(count), provider: try Self.openAI(simulator, options: options), storage: storage)
        try await batch.wait()
        return batch
    }
}

extension Paged {
    /// All of a short list.
    public func all() async throws -> [Element] {
        var elements: [Element] = []
        for try await element in self { elements.append(element) }
        return elements
    }
}

extension RowResults {
    /// All rows of a small job.
    public func all() async throws -> [RowResult] {
        var rows: [RowResult] = []
        for try await row in self { rows.append(row) }
        return rows
    }
}

extension OutcomeCounts {
    /// Literal counts, for comparison.
    public static func of(_ ended: [Outcome: Int], open: Int = 0) -> OutcomeCounts {
        OutcomeCounts(requested: ended.values.reduce(0, +) + open, ended: ended)
    }
}

/// Runs a test with a storage and a simulator of its own.
public func withBench(
    _ script: SimulatorScript = SimulatorScript(), _ body: (borrowing Workbench, ProviderSimulator) async throws -> Void
) async throws {
    try await ProviderSimulator.withRunning(.openAI, script) { simulator in
        let bench = try Workbench()
        try await body(bench, simulator)
    }
}
