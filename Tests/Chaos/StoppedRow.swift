import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Workbench

/// An owner is stopped (SIGSTOP), its claim is taken over, it is continued: its write is refused.
enum StoppedRow {
    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        for number in 0..<times { try await once(number) }
        return "\(times) owners stopped, every late write refused"
    }

    private static func once(_ number: Int) async throws {
        let script = SimulatorScript {
            $0.statuses = ["validating", "first"]
            $0.holdAt = "first"
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 3)
            let running = try tool.start(["run", file, "--json"] + Tool.openAIArguments(simulator))
            try await simulator.ledger.waitForCalls(.getBatch, count: 2)
            running.signal(SIGSTOP)
            let storage = try SQLiteStorage(path: tool.database)
            guard let batch = try await storage.batches(BatchQuery()).elements.first else { throw Broken("no batch") }
            // The claim is seen from a time when it has run out.
            let later = Date().addingTimeInterval(3600)
            let claim = try await storage.claim(
                batch.id, for: .current(), until: later.addingTimeInterval(60), now: later)
            let before = try await storage.providerJobs(of: batch.id, attempt: 1)
            // Whatever the old owner learns now, it must not write it.
            simulator.updateScript {
                $0.statuses = ["validating", "first", "completed"]
                $0.holdAt = nil
            }
            let calls = simulator.ledger.callCount(.getBatch)
            running.signal(SIGCONT)
            try await simulator.ledger.waitForAnswers(.getBatch, count: calls + 1)
            // It has been told, tried to write, and waits for the batch to be free again.
            try await ContinuousClock().sleep(for: .milliseconds(100))
            let after = try await storage.providerJobs(of: batch.id, attempt: 1)
            try Invariants.require(
                after == before, "a stale owner wrote: \(after.map(\.state)) over \(before.map(\.state))")
            try await storage.release(claim)
            let ended = try await running.ended()
            try Invariants.require(ended.code == 0, "exit \(ended.code): \(ended.errors)")
            try Invariants.require(simulator.ledger.acceptedJobs.count == 1, "more than one job")
        }
    }
}
