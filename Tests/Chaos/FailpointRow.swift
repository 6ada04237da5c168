import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Workbench

/// A kill at every named failpoint, then the same command again.
enum FailpointRow {
    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        var dice = Dice(seed: seed)
        var kills = 0
        for failpoint in Failpoint.allCases {
            for round in 1...times {
                // A later passing where there is one, else the first.
                let passing = round == 1 ? 1 : dice.roll(1...3)
                if try await !kill(at: failpoint, passing: passing, &dice) {
                    _ = try await kill(at: failpoint, passing: 1, &dice)
                }
                kills += 1
            }
        }
        return "\(Failpoint.allCases.count) failpoints, \(kills) kills"
    }

    /// True when the process was killed there; at its first passing it must be.
    private static func kill(at failpoint: Failpoint, passing: Int, _ dice: inout Dice) async throws -> Bool {
        // More than a page, so that there is a middle of the body.
        let count = failpoint == .uploadMidBody ? 1200 : dice.roll(1...40)
        var wasKilled = false
        try await withBench(script(for: failpoint)) { bench, simulator in
            var tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: count)
            let isRealtime = failpoint == .askBeforeRequest || failpoint == .askAfterResponse
            var command =
                ["run", file, "--json"]
                + (isRealtime ? Tool.realtimeArguments(simulator, concurrency: 4) : Tool.openAIArguments(simulator))
            if collectsAgain.contains(failpoint) {
                // The results come empty until the batch has ended without them.
                _ = try await tool.start(command).ended()
                simulator.updateScript { $0.troubles = [] }
                command = ["collect", "@last", "--json"]
            }
            tool.environment["LLMBATCH_FAILPOINT"] = "\(failpoint.rawValue):\(passing)"
            let running = try tool.start(command)
            if failpoint == .cancelAfterResponse { try await cancel(tool, simulator) }
            let ended = try await running.ended()
            wasKilled = ended.wasKilled
            try Invariants.require(
                wasKilled || passing > 1, "\(failpoint.rawValue) was not passed: exit \(ended.code), \(ended.errors)")
            try await Invariants.atAnyMoment(tool.database, simulator)
            tool.environment["LLMBATCH_FAILPOINT"] = nil
            let again = try await tool.start(command).ended()
            let storage = try SQLiteStorage(path: tool.database)
            let batches = try await storage.batches(BatchQuery()).elements
            try Invariants.require(batches.count == 1, "\(batches.count) batches after \(failpoint.rawValue)")
            let batch = try await Batch.load(batches[0].id, storage: storage)
            if failpoint == .cancelAfterResponse {
                try Invariants.require(again.code == 2, "after \(failpoint.rawValue): \(again.code) \(again.errors)")
                return try Invariants.require(batches[0].counts[.cancelled] == count, "\(batches[0].counts)")
            }
            try Invariants.require(again.code == 0, "after \(failpoint.rawValue): \(again.code) \(again.errors)")
            try await Invariants.atTheEnd(batch, count, jobs: isRealtime ? 0...0 : 1...1, simulator)
            try Invariants.require(
                isRealtime || simulator.ledger.askedTwice.isEmpty, "asked twice after \(failpoint.rawValue)")
        }
        return wasKilled
    }

    private static let collectsAgain: Set<Failpoint> = [.recollectAfterPoll, .amendBefore, .amendAfter]

    private static func script(for failpoint: Failpoint) -> SimulatorScript {
        SimulatorScript { script in
            // A listing only happens when a create call gave no answer; a cancellation only while the job runs.
            if failpoint == .listAfterResponse { script.troubles = [Trouble(.actThenDrop, on: .createBatch)] }
            if failpoint == .cancelAfterResponse { script.holdAt = "in_progress" }
            if failpoint == .lookAgainBefore { script.lateFiles = 2 }
            if collectsAgain.contains(failpoint) {
                script.shapeFiles = { $0.counts = nil }
                script.troubles = [Trouble(.shorten(toBytes: 0), on: .fileContent, calls: 1...)]
            }
        }
    }

    private static func cancel(_ tool: Tool, _ simulator: ProviderSimulator) async throws {
        try await simulator.ledger.waitForCalls(.getBatch, count: 1)
        let storage = try SQLiteStorage(path: tool.database)
        guard let batch = try await storage.batches(BatchQuery()).elements.first else {
            throw Broken("no batch to cancel")
        }
        try await storage.requestCancel(of: batch.id)
    }
}
