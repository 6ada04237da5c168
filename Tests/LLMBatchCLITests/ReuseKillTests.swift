import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A run that reuses answers, killed at every failpoint, then the same command.
@Suite("Reuse, killed and run again")
struct ReuseKillTests {
    @Test(
        "Killed at any failpoint, a run reuses known answers, sends only the rest, and completes",
        arguments: [
            "plan-after-assign", "plan-after-seal", "ingest-before", "ingest-after", "end-before", "end-after",
        ],
        ["openai", "realtime"])
    func killed(failpoint: String, provider: String) async throws {
        try await withBench { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let arguments =
                provider == "openai"
                ? Tool.openAIArguments(simulator) : Tool.realtimeArguments(simulator, concurrency: 4)
            _ = try await tool.start(["run", try bench.file(count: 600, name: "one.jsonl")] + arguments).ended()
            let asked = simulator.ledger.contents.asks.count
            #expect(asked == 600)
            let command = ["run", try bench.file(count: 610, name: "two.jsonl"), "--reuse", "--json"] + arguments
            var dying = tool
            dying.environment["LLMBATCH_FAILPOINT"] = failpoint
            #expect(try await dying.start(command).ended().wasKilled)
            let last = try await tool.start(command).ended()
            #expect(last.code == 0, "\(last.errors)")
            #expect(try last.count("succeeded") == 610)
            // The ten new ones may have been on their way as it was killed; of the others none is asked again.
            let again = simulator.ledger.contents.asks.dropFirst(asked).map(\.customID)
            #expect(Set(again) == Set((600..<610).map { "r\($0)" }))
            #expect(again.count <= 20)
            let storage = try SQLiteStorage(path: tool.database)
            let newest = try #require(try await storage.batches(BatchQuery(limit: 1)).elements.first)
            let results = try await Batch.load(newest.id, storage: storage).results().all()
            #expect(results.count { $0.isReused } == 600)
            try await storage.checkIntegrity()
        }
    }
}
