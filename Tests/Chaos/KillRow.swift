import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Workbench

/// `kill -9` at random during import, submit, poll, collect and realtime.
enum KillRow {
    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        var dice = Dice(seed: seed)
        var kills = 0
        var batches = 0
        while kills < times {
            // A new store and simulator now and then, so that neither grows without bound.
            let (k, b) = try await session(min(100, times - kills), &dice)
            kills += k
            batches += b
        }
        return "\(kills) kills, \(batches) batches, no row lost, at most one job a token"
    }

    private static func session(_ times: Int, _ dice: inout Dice) async throws -> (kills: Int, batches: Int) {
        let script = SimulatorScript {
            $0.statuses = ["validating"] + Array(repeating: "in_progress", count: 5) + ["finalizing", "completed"]
        }
        var generator = dice
        defer { dice = generator }
        var kills = 0
        var batches = 0
        try await withBench(script) { bench, simulator in
            while kills < times {
                batches += 1
                kills += try await batch(batches, bench, simulator, &generator, atMost: times - kills)
            }
        }
        return (kills, batches)
    }

    /// One batch, killed some times and then let go on to its end.
    private static func batch(
        _ number: Int, _ bench: borrowing Workbench, _ simulator: ProviderSimulator, _ dice: inout Dice, atMost: Int
    ) async throws -> Int {
        let tool = Tool.openAI(bench, simulator)
        let count = dice.roll(1...300)
        let file = try bench.file(count: count, name: "in-\(number).jsonl")
        let isBatch = Bool.random(using: &dice)
        let arguments =
            isBatch ? Tool.openAIArguments(simulator) : Tool.realtimeArguments(simulator, concurrency: dice.roll(1...8))
        let command = ["run", file, "--name", "b\(number)", "--json"] + arguments
        var before = try await Invariants.stored(tool.database)
        let kills = min(atMost, dice.roll(1...6))
        for _ in 0..<kills {
            let running = try tool.start(command)
            try await moment(simulator, calls: dice.roll(0...12), microseconds: dice.roll(0...30_000))
            running.signal(SIGKILL)
            _ = try await running.ended()
            try await Invariants.atAnyMoment(tool.database, simulator)
            let after = try await Invariants.stored(tool.database)
            try Invariants.require(after >= before, "\(before) results were stored, now \(after)")
            before = after
        }
        let last = try await tool.start(command).ended()
        try Invariants.require(last.code == 0, "the last run ended with \(last.code): \(last.errors)")
        let storage = try SQLiteStorage(path: tool.database)
        guard let record = try await storage.batches(BatchQuery(name: "b\(number)")).elements.first else {
            throw Broken("no batch")
        }
        let batch = try await Batch.load(record.id, storage: storage)
        try await Invariants.atTheEnd(batch, count, jobs: isBatch ? 1...1 : 0...0, simulator)
        return kills
    }

    /// Lets a process go on until the server has seen some more calls, at most a moment, and then a little longer.
    static func moment(_ simulator: ProviderSimulator, calls: Int, microseconds: Int) async throws {
        let goal = simulator.ledger.calls.count + calls
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await simulator.ledger.wait { $0.calls.count >= goal } }
            group.addTask { try await ContinuousClock().sleep(for: .milliseconds(150)) }
            try await group.next()
            group.cancelAll()
        }
        try await ContinuousClock().sleep(for: .microseconds(microseconds))
    }
}
