import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// `kill -9` at twenty random moments, then the same command: complete, nothing lost, nothing paid twice.
@Suite("Killed and run again")
struct KillTests {
    @Test("A batch job is accepted once however often its process is killed")
    func batch() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Dice(seed: seed)
        let script = SimulatorScript {
            $0.statuses = ["validating"] + Array(repeating: "in_progress", count: 8) + ["finalizing", "completed"]
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 200)
            let command = ["run", file, "--json"] + Tool.openAIArguments(simulator)
            for _ in 0..<20 {
                let running = try tool.start(command)
                try await moment(simulator, calls: 1 + random.next() % 8, microseconds: random.next() % 3000)
                running.signal(SIGKILL)
                _ = try await running.ended()
            }
            let last = try await tool.start(command).ended()
            #expect(last.code == 0, "seed \(seed): \(last.errors)")
            #expect(try last.count("succeeded") == 200)
            #expect(simulator.ledger.acceptedJobs.count == 1, "seed \(seed)")
            #expect(simulator.ledger.askedTwice.isEmpty)
            #expect(try await tool.run("list", "--jsonl").output.split(separator: "\n").count == 1)
        }
    }

    @Test("A realtime run resends only what was not stored, and ends complete")
    func realtime() async throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed)")
        var random = Dice(seed: seed)
        try await withBench { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 400)
            let command = ["run", file, "--json"] + Tool.realtimeArguments(simulator, concurrency: 4)
            for _ in 0..<20 {
                let running = try tool.start(command)
                try await moment(simulator, calls: 1 + random.next() % 30, microseconds: random.next() % 20_000)
                running.signal(SIGKILL)
                _ = try await running.ended()
            }
            let last = try await tool.start(command).ended()
            #expect(last.code == 0, "seed \(seed): \(last.errors)")
            #expect(try last.count("succeeded") == 400)
            let storage = try SQLiteStorage(path: tool.database)
            let batch = try #require(try await storage.batches(BatchQuery()).elements.first)
            let history = try await Batch.load(batch.id, storage: storage).history(customID: "r17")
            #expect(history.count == 1)
            // What a kill can cost is what was on its way and the group that was being gathered, never a stored answer.
            let asked = simulator.ledger.realtimeAsks.count
            #expect(asked <= 400 + 20 * 260, "seed \(seed): asked \(asked)")
        }
    }

    @Test(
        "A batch is whole in the store whenever its process is killed: it is read, listed and resumed",
        arguments: Failpoint.allCases)
    func l4(at moment: Failpoint) async throws {
        try await withBench { bench, simulator in
            var tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 30)
            let command = ["run", file, "--json"] + Tool.openAIArguments(simulator)
            tool.environment["LLMBATCH_FAILPOINT"] = moment.rawValue
            _ = try await tool.start(command).ended()
            tool.environment["LLMBATCH_FAILPOINT"] = nil

            let storage = try SQLiteStorage(path: tool.database)
            try await storage.checkIntegrity()
            for record in try await storage.batches(BatchQuery()).elements {
                let batch = try await Batch.load(record.id, storage: storage)
                let counts = try await batch.counts()
                let requests = try await batch.requests().all().count
                // Requests are counted with the chunk that brings them, and results with theirs.
                #expect(counts.requested == requests && [0, 30].contains(requests))
                #expect(try await batch.results().all().count <= requests)
            }
            let list = try await tool.run("list", "--json")
            #expect(list.code == 0, "\(list.errors)")
            let last = try await tool.start(command).ended()
            #expect(last.code == 0, "\(last.errors)")
            #expect(try last.count("succeeded") == 30)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    /// Lets the process run until the server has seen some more calls (or it has ended), and a little longer.
    private func moment(_ simulator: ProviderSimulator, calls: UInt64, microseconds: UInt64) async throws {
        let goal = simulator.ledger.calls.count + Int(calls)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.ledger.wait { $0.calls.count >= goal } }
            group.addTask { try await ContinuousClock().sleep(for: .milliseconds(500)) }
            try await group.next()
            group.cancelAll()
        }
        try await ContinuousClock().sleep(for: .microseconds(Int64(microseconds)))
    }
}
