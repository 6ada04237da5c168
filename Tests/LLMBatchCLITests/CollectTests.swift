import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// `llmbatch collect`: fetches the results that an ended batch is missing, at no cost.
@Suite("Collect again", .timeLimit(.minutes(3)))
struct CollectTests {
    /// A service that does not count, and whose results come empty.
    private static let empty = SimulatorScript {
        $0.shapeFiles = { $0.counts = nil }
        $0.troubles = [Trouble(.shorten(toBytes: 0), on: .fileContent, calls: 1...)]
    }

    @Test("collect is advised before a retry, recovers the answers, and reports them")
    func recovered() async throws {
        try await withBench(Self.empty) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 4)
            let run = try await tool.start(["run", file] + Tool.openAIArguments(simulator)).ended()
            #expect(run.code == 2)
            let advice = run.errors.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }
            let collect = advice.firstIndex { $0.hasPrefix("llmbatch collect ") }
            let retry = advice.firstIndex { $0.hasPrefix("llmbatch retry ") }
            #expect(try #require(collect) < #require(retry), "\(run.errors)")
            let early = try await tool.run("collect", "@last")
            #expect(early.code == 2 && early.errors.contains("0 answers recovered from 1 provider job."), "\(early)")
            simulator.updateScript { $0.troubles = [] }
            let late = try await tool.run("collect", "@last", "--json")
            #expect(late.code == 0, "\(late.errors)")
            #expect(try late.count("succeeded") == 4)
            #expect(try late.json().object("collected")?.integer("recovered") == 4)
            let again = try await tool.run("collect", "@last")
            #expect(again.code == 0 && again.errors.contains("the provider was not contacted"), "\(again.errors)")
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test(
        "A killed collect leaves a consistent batch and completes when run again",
        arguments: [Failpoint.recollectAfterPoll, .amendBefore, .amendAfter])
    func killed(at moment: Failpoint) async throws {
        try await withBench(Self.empty) { bench, simulator in
            var tool = Tool.openAI(bench, simulator)
            _ = try await tool.start(["run", try bench.file(count: 30)] + Tool.openAIArguments(simulator)).ended()
            simulator.updateScript { $0.troubles = [] }
            tool.environment["LLMBATCH_FAILPOINT"] = moment.rawValue
            #expect(try await tool.run("collect", "@last").wasKilled)
            tool.environment["LLMBATCH_FAILPOINT"] = nil
            let storage = try SQLiteStorage(path: tool.database)
            try await storage.checkIntegrity()
            let between = try #require(try await storage.batches(BatchQuery()).elements.first)
            #expect(between.status == .completed && between.counts.open == 0)
            let last = try await tool.run("collect", "@last", "--json")
            #expect(last.code == 0, "\(last.errors)")
            #expect(try last.count("succeeded") == 30)
            try await storage.checkIntegrity()
        }
    }

    @Test("Results below the provider's count exit with 5; reconcile looks again")
    func attention() async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.shorten(toBytes: 0), on: .fileContent, calls: 1...)]
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 3)
            let run = try await tool.start(["run", file] + Tool.openAIArguments(simulator)).ended()
            #expect(run.code == 5, "\(run.errors)")
            #expect(run.errors.contains("3 completed requests"), "\(run.errors)")
            #expect(try await tool.run("retry", "@last").code == 5)
            simulator.updateScript { $0.troubles = [] }
            let again = try await tool.run("reconcile", "@last", "--json")
            #expect(again.code == 0, "\(again.errors)")
            #expect(try again.count("succeeded") == 3)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }
}
