import Foundation
import LLMBatch
import LLMBatchTesting
import Testing
import Workbench

/// No key is ever stored, also when a service repeats it in what it answers.
@Suite("Secrets")
struct SecretTests {
    private static let canary = "sk-canary-7f3a91"

    /// Answers that repeat the key: in a text, in an error, and in lines that cannot be read.
    private static let chatty = SimulatorScript { script in
        script.answer = { request in
            switch request.customID {
            case "r0": .text("your key is \(canary)")
            case "r1": .httpError(status: 400, code: canary, message: "bad key \(canary)", type: canary)
            case "r2": .body(status: 200, text: #"{"object":"chat.completion","note":"\#(canary)"}"#)
            case "r3": .raw(text: #"{"custom_id":"r3","unreadable \#(canary)"#)
            default: .success
            }
        }
    }

    /// Every byte of the store: the database, its log, and whatever else stands in the folder.
    private func requireClean(_ bench: borrowing Workbench) throws {
        var files = 0
        for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) {
            let bytes = try Data(contentsOf: bench.folder.appending(path: name))
            #expect(bytes.range(of: Data(Self.canary.utf8)) == nil, "\(name)")
            files += 1
        }
        #expect(files > 1)
    }

    @Test("A key that stands in result lines does not reach the store")
    func resultLines() async throws {
        try await withBench(Self.chatty) { bench, simulator in
            let provider = try Workbench.openAI(simulator, key: .value(Self.canary))
            let batch = try await Batch.create(Workbench.requests(5), provider: provider, storage: bench.storage)
            try await batch.wait()
            // The simulator has been given the key, and the answers are there.
            #expect(simulator.ledger.calls.first?.headers["authorization"] == "Bearer \(Self.canary)")
            #expect(try await batch.results(customIDs: ["r0"]).first?.text == "your key is [key]")
            #expect(try await batch.results(customIDs: ["r1"]).first?.error?.message == "bad key [key]")
            try requireClean(bench)
        }
    }

    @Test("A key that stands in a realtime answer does not reach the store")
    func realtimeAnswers() async throws {
        try await withBench(Self.chatty) { bench, simulator in
            let provider = try Workbench.realtime(simulator, key: .value(Self.canary))
            let batch = try await Batch.create(Workbench.requests(5), provider: provider, storage: bench.storage)
            try await batch.wait()
            #expect(try await batch.results(customIDs: ["r0"]).first?.text == "your key is [key]")
            #expect(try await batch.results(customIDs: ["r1"]).first?.error?.message == "bad key [key]")
            try requireClean(bench)
        }
    }

    @Test("A key that stands in what the service says of a job does not reach the store")
    func jobs() async throws {
        let script = SimulatorScript { $0.statuses = ["validating", "waiting for \(Self.canary)", "completed"] }
        try await withBench(script) { bench, simulator in
            let provider = try Workbench.openAI(simulator, key: .value(Self.canary))
            let batch = try await Batch.create(Workbench.requests(1), provider: provider, storage: bench.storage)
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 1]))
            try requireClean(bench)
        }
    }
}
