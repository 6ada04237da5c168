import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The output while waiting for a batch.
@Suite("The tool's progress", .timeLimit(.minutes(3)))
struct ProgressTests {
    private static func running(_ completed: Int) -> SimulatorScript {
        SimulatorScript {
            $0.holdAt = "in_progress"
            $0.completedWhileRunning = completed
        }
    }

    @Test("The line fits the terminal, is replaced by the next one, and is gone at the end", arguments: [40, 80, 200])
    func width(columns: Int) async throws {
        let script = SimulatorScript { script in
            script.holdAt = "in_progress"
            script.completedWhileRunning = 37
            script.troubles = []
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let terminal = try PseudoTerminal(
                columns: columns, tool: tool,
                ["run", try bench.file(count: 100)] + Tool.openAIArguments(simulator) + [
                    "--option", "longest-poll=0.2",
                ])
            #expect(await terminal.waitFor("in_progress 37/100"), "\(terminal.text)")
            simulator.setScript(SimulatorScript())
            #expect(await terminal.ended() == 0)
            let screen = PseudoTerminal.screen(terminal.text, columns: columns)
            #expect(screen.rows.filter { $0.contains("in_progress") }.isEmpty, "\(screen.rows)")
            let drawn = terminal.text.components(separatedBy: "\u{1B}[J").dropFirst()
                .map { $0.split(whereSeparator: \.isNewline).first ?? "" }.filter { $0.contains("/100") }
            #expect(!drawn.isEmpty && drawn.allSatisfy { $0.count < columns }, "\(drawn)")
        }
    }

    @Test("A terminal that becomes narrower keeps one line")
    func resize() async throws {
        try await withBench(Self.running(37)) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let terminal = try PseudoTerminal(
                columns: 200, tool: tool,
                ["run", try bench.file(count: 100)] + Tool.openAIArguments(simulator) + [
                    "--option", "longest-poll=0.2",
                ])
            #expect(await terminal.waitFor("in_progress 37/100"), "\(terminal.text)")
            terminal.resize(40)
            let before = terminal.text.count
            #expect(await terminal.waitUntil { $0.count >= before + 400 }, "\(terminal.text)")
            simulator.setScript(SimulatorScript())
            #expect(await terminal.ended() == 0)
            let late = String(terminal.text.dropFirst(before + 200))
            #expect(
                late.components(separatedBy: "\u{1B}[J").dropFirst().filter {
                    $0.contains("/100") && !$0.contains("\n")
                }
                .allSatisfy { $0.count < 46 }, "\(late)")
        }
    }

    @Test("The provider's counters show while a job runs: in status, list and JSON, and never as results")
    func counters() async throws {
        try await withBench(Self.running(37)) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            _ = try await tool.start(["submit", try bench.file(count: 100)] + Tool.openAIArguments(simulator)).ended()
            var status = try await tool.run("status")
            #expect(status.output.contains("100 open, 37 of them done at the provider"), "\(status.output)")
            #expect(status.output.contains("37 completed and 0 failed at the provider"))
            #expect(try await tool.run("list").output.contains("37 of them done at the provider"))
            status = try await tool.run("status", "--json")
            let batch = try #require(try status.json().object("batch"))
            #expect(batch.object("progress")?.integer("reported") == 37)
            #expect(batch.object("progress")?.integer("computed") == 0)
            #expect(batch.object("counts")?.integer("open") == 100)
            let job = try #require(batch.objects("attempts")?.first?.objects("jobs")?.first)
            #expect(job.object("reported")?.integer("completed") == 37)
            #expect(job.object("reported")?.integer("total") == 100)
            let list = try await tool.run("list", "--json")
            #expect(try list.json().objects("batches")?.first?.object("progress")?.integer("reported") == 37)
            // Results of an open batch: how many are still to come.
            let results = try await tool.run("results")
            #expect(
                results.code == 0 && results.errors.contains("100 of 100 requests are still open"), "\(results.errors)")
            simulator.setScript(SimulatorScript())
            #expect(try await tool.run("watch").code == 0)
            let ended = try await tool.run("status", "--json")
            #expect(try ended.json().object("batch")?.object("progress")?.integer("reported") == 100)
            #expect(try await tool.run("results").errors.isEmpty)
        }
    }

    @Test("submit reports what it waits for when the queue is full")
    func room() async throws {
        try await withBench(SimulatorScript { $0.tokenLimitedCreates = 1 }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let arguments = ["submit", try bench.file(count: 3)] + Tool.openAIArguments(simulator)
            // The first job is accepted and then fails because the queue is full, which the next poll shows.
            #expect(try await tool.start(arguments).ended().code == 0)
            let watch = try await tool.start(["watch", "--option", "queue-interval=3"]).ended()
            #expect(
                watch.code == 0 && watch.errors.contains("waits for capacity in the provider's queue"),
                "\(watch.errors)")
            #expect(watch.errors.contains("Enqueued token limit reached"), "\(watch.errors)")
        }
    }

    @Test("A batch rejected as a whole reports the reason, and advises another model")
    func refused() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(
                    .apiError(status: 400, code: "model_not_found", message: "The model gpt-9 does not exist"),
                    on: .createBatch)
            ]
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let run = try await tool.start(["run", try bench.file(count: 3)] + Tool.openAIArguments(simulator)).ended()
            #expect(run.code == 1)
            let last = run.output.split(separator: "\n").last ?? ""
            #expect(
                last.hasPrefix("failed: 0 of 3 succeeded, 3 errored; ") && last.contains("gpt-9 does not exist"),
                "\(run.output)")
            #expect(
                run.errors.contains("--wait --model NAME  # retries what failed with another model"), "\(run.errors)")
        }
    }
}
