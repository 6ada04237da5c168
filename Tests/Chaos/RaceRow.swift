import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Workbench

/// Two processes start the same batch at the same moment: exactly one accepted job.
enum RaceRow {
    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        var done = 0
        while done < times {
            let round = min(50, times - done)
            try await withBench { bench, simulator in
                for number in 0..<round { try await race(number, bench, simulator) }
            }
            done += round
        }
        return "\(times) races, half of them for a planned job, one job each"
    }

    private static func race(_ number: Int, _ bench: borrowing Workbench, _ simulator: ProviderSimulator) async throws {
        let tool = Tool.openAI(bench, simulator)
        let file = try bench.file(count: 5, name: "race-\(number).jsonl")
        let name = "race-\(number)"
        let draft = try await tool.start(["run", file, "--name", name, "--draft"] + Tool.openAIArguments(simulator))
            .ended()
        try Invariants.require(draft.code == 0, "draft: \(draft.errors)")
        // Every other race is for a provider job that is planned already: only its submission is left.
        if number.isMultiple(of: 2) {
            var killed = tool
            killed.environment["LLMBATCH_FAILPOINT"] = Failpoint.planAfterSeal.rawValue
            let planned = try await killed.start(["submit", file, "--name", name]).ended()
            try Invariants.require(planned.wasKilled, "planned: \(planned.errors)")
        }
        let before = simulator.ledger.acceptedJobs.count
        let both = try [tool.start(["submit", file, "--name", name]), tool.start(["submit", file, "--name", name])]
        for running in both {
            let ended = try await running.ended()
            try Invariants.require([0, 75].contains(ended.code), "exit \(ended.code): \(ended.errors)")
        }
        let accepted = simulator.ledger.acceptedJobs.count - before
        try Invariants.require(accepted == 1, "\(accepted) accepted jobs in race \(number)")
    }
}
