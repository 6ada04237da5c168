import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// How the tool reports jobs that are abandoned, belong to another batch, or find the queue full.
@Suite("Jobs left at the provider", .timeLimit(.minutes(3)))
struct LeftBehindTests {
    @Test("An abandoned job keeps its id, and is reported as possibly still running")
    func abandoned() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let submit = ["submit", try bench.file(count: 3)] + Tool.openAIArguments(simulator)
            #expect(try await tool.start(submit).ended().code == 0)
            #expect(try await tool.run("cancel", "@last", "--abandon").code == 0)
            let id = try #require(simulator.ledger.acceptedJobs.first?.batchID)
            let status = try await tool.run("status")
            #expect(status.output.contains(id) && status.output.contains("may still be running"), "\(status.output)")
            let job = try job(of: try await tool.run("status", "--json"))
            #expect(job.string("remote_id") == id)
            #expect(job.raw("is_abandoned").map { Array($0) } == Array("true".utf8))
            #expect(job.raw("may_still_run").map { Array($0) } == Array("true".utf8))
        }
    }

    @Test("Another batch's job is not adopted without --force")
    func adopted() async throws {
        try await withBench { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let first = ["run", try bench.file(count: 3)] + Tool.openAIArguments(simulator)
            #expect(try await tool.start(first).ended().code == 0)
            let other = try #require(simulator.ledger.acceptedJobs.first?.batchID)
            simulator.updateScript {
                $0.troubles = [
                    Trouble(.drop, on: .createBatch, calls: 2...2),
                    Trouble(.respond(status: 404, body: "no list"), on: .listBatches, calls: 1...),
                ]
            }
            let second = ["run", try bench.file(count: 4, name: "other.jsonl")] + Tool.openAIArguments(simulator)
            #expect(try await tool.start(second).ended().code == 5)
            let refused = try await tool.run("adopt", "@last", other)
            #expect(refused.code == 1 && refused.errors.contains("its label names batch"), "\(refused.errors)")
            #expect(refused.errors.contains("--force"))
            #expect(try await tool.run("adopt", "@last", other, "--force").code == 0)
        }
    }

    @Test("submit --no-wait-for-queue exits with 75, and watch resumes the submission")
    func noRoom() async throws {
        let full = Trouble.Kind.apiError(
            status: 429, code: "token_limit_exceeded", message: "Enqueued token limit reached for m.")
        try await withBench(SimulatorScript { $0.troubles = [Trouble(full, on: .createBatch)] }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let submit =
                ["submit", try bench.file(count: 3), "--no-wait-for-queue"] + Tool.openAIArguments(simulator)
            let ended = try await tool.start(submit).ended()
            #expect(ended.code == 75 && ended.errors.contains("Enqueued token limit reached"), "\(ended.errors)")
            let job = try job(of: try await tool.run("status", "--json", "--local"))
            #expect(job.object("queue_full")?.string("code") == "token_limit_exceeded")
            #expect(try await tool.run("watch", "--json").count("succeeded") == 3)
            #expect(simulator.ledger.uploads.count == 1)
        }
    }

    private func job(of ended: Tool.Ended) throws -> JSONObject {
        let batch = try #require(try ended.json().object("batch"))
        return try #require(batch.objects("attempts")?.last?.objects("jobs")?.first)
    }
}
