import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The advice of the tool works: its commands are typed exactly as printed.
@Suite("The tool's advice", .timeLimit(.minutes(3)))
struct AdviceTests {
    /// The commands in the tool's output, with their comments, which a shell accepts too.
    private static func commands(_ text: String) -> [String] {
        text.split(separator: "\n").map { $0.trimmingPrefix { $0 == " " } }.filter { $0.hasPrefix("llmbatch ") }
            .map(String.init)
    }

    /// Types a command into a shell.
    private static func type(_ command: String, _ tool: Tool) async throws -> Tool.Ended {
        var tool = tool
        let products = Tool.binary.deletingLastPathComponent().path
        tool.environment["PATH"] = products + ":" + (ProcessInfo.processInfo.environment["PATH"] ?? "")
        return try await Tool.Running(
            tool: tool, binary: URL(filePath: "/bin/sh"), arguments: ["-c", command], input: nil
        ).ended()
    }

    /// A tool set up for a simulator, and the arguments that lead to it.
    private static func access(_ simulator: ProviderSimulator, _ folder: URL) -> (tool: Tool, arguments: [String]) {
        var tool = Tool(folder: folder)
        tool.environment = simulator.access.environment
        let options = Workbench.hurry.merging(simulator.access.options) { $1 }.sorted { $0.key < $1.key }
        let arguments =
            ["--provider", simulator.kind.name, "--base-url", simulator.baseURL]
            + (simulator.access.model.map { ["--model", $0] } ?? [])
            + options.flatMap { ["--option", "\($0.key)=\($0.value)"] }
        return (tool, arguments)
    }

    @Test("A job that needs attention gets the same decisions everywhere, each a command")
    func attention() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(.actThenDrop, on: .createBatch),
                Trouble(.respond(status: 404, headers: [:], body: "{}"), on: .listBatches, calls: 1...),
            ]
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let store = bench.path("a store.db")
            let run = try await tool.start(
                ["run", try bench.file(count: 3), "--db", store] + Tool.openAIArguments(simulator)
            ).ended()
            #expect(run.code == 5, "\(run.errors)")
            let told = Self.commands(run.errors)
            #expect(told.count == 5, "\(run.errors)")
            let status = try await Self.type(told[0], tool)
            #expect(status.code == 0 && Self.commands(status.errors).count == 4, "\(status.errors)")
            let retry = try await tool.run("retry", "@last", "--db", store)
            #expect(retry.code == 5 && Self.commands(retry.errors) == told)
            func words(_ commands: [String]) -> [String] {
                commands.map { $0.split(separator: " ")[1] }.map(String.init)
            }
            #expect(words(Self.commands(status.errors)) == words(Array(told.dropFirst())))
            // It is looked for once more, in vain, and then taken by its id.
            #expect(try await Self.type(told[1], tool).code == 5)
            let job = try #require(simulator.ledger.acceptedJobs.first?.batchID)
            let adopted = try await Self.type(told[2].replacing("REMOTE-ID", with: job), tool)
            #expect(adopted.code == 0, "\(adopted.errors)")
            #expect(try await Self.type(try #require(Self.commands(adopted.errors).first), tool).code == 0)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("The next page of a list keeps the filters")
    func pages() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 1)
        for name in ["a", "b", "c"] {
            _ = try await tool.run(
                "run", file, "--provider", "offline", "--name", name, "--metadata",
                "team=the \(name == "b" ? "x" : "y")")
        }
        let first = try await tool.run("list", "--metadata", "team=the y", "--limit=1", "--offset", "0")
        let more = try #require(first.errors.split(separator: "\n").first { $0.hasPrefix("More batches: ") })
        let next = try await Self.type(String(more.dropFirst("More batches: ".count)), tool)
        #expect(first.output.contains("\"c\"") && next.output.contains("\"a\"") && !next.output.contains("\"b\""))
        #expect(next.errors.isEmpty)
        #expect(try await tool.run("list", "--endpoint", "foo").code == 64)
        let unknown = try await tool.run("list", "--provider", "nosuch")
        #expect(unknown.code == 64 && unknown.errors.contains("offline"))
    }

    @Test("A taken name is reported when a new batch is requested")
    func takenName() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let rows = bench.path("rows.jsonl")
        try Data(#"{"text":"one"}"#.utf8).write(to: URL(filePath: rows))
        for command in [["run", try bench.file(count: 1)], ["job", "run", rows, "--prompt", "x"]] {
            let arguments = command + ["--provider", "offline", "--name", command[0]]
            #expect(try await tool.start(arguments).ended().code == 0)
            let new = try await tool.start(arguments + ["--new", "--json"]).ended()
            #expect(new.code == 1 && new.errors.contains("the name \"\(command[0])\" is taken by batch"))
            #expect(try new.json().object("error")?.string("code") == "name_taken")
        }
    }

    @Test("Usage errors name their command, even for an existing batch")
    func usage() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 1)
        _ = try await tool.run("run", file, "--provider", "offline")
        for arguments in [["--option", "a"], ["--metadata", "a"], ["--endpoint", "foo"]] {
            let ended = try await tool.start(["run", file, "--provider", "offline"] + arguments).ended()
            #expect(ended.code == 64)
            #expect(
                ended.errors.hasPrefix("llmbatch: \(arguments[0]) ") && ended.errors.contains("Usage: llmbatch run"))
        }
        let succeeded = try await tool.run("retry", "@last", "--outcome", "succeeded")
        #expect(succeeded.code == 64)
        #expect(try await !tool.run("help", "retry").output.contains("succeeded"))
        #expect(try await !tool.run("help", "status").output.contains("--reuse"))
    }

    @Test("Invalid input is rejected as FILE:LINE, a missing model with the option that names it")
    func input() async throws {
        let bench = try Workbench()
        var tool = Tool(folder: bench.folder)
        tool.environment["GEMINI_API_KEY"] = "gm"
        func refusal(_ line: String, _ arguments: String...) async throws -> String {
            try Data((line + "\n").utf8).write(to: URL(filePath: bench.path("x.jsonl")))
            return try await tool.start(["run", bench.path("x.jsonl")] + arguments).ended().errors
        }
        let line =
            #"{"custom_id":"a","url":"/v1/chat/completions","body":{"messages":[{"role":"user","content":"x"}]}}"#
        #expect(try await refusal(line + "\n" + line).contains("x.jsonl:2: the custom_id \"a\" is already on line 1"))
        let gemini = ["--provider", "gemini", "--base-url", "http://127.0.0.1:1"]
        #expect(try await refusal(line, gemini[0], gemini[1], gemini[2], gemini[3]).contains("--model NAME"))
        let own = [
            #"{"custom_id":"a","params":{}}"#: "a line in a service's own format (custom_id, params)",
            #"{"recordId":"a","modelInput":{}}"#: "a line in a service's own format (recordId, modelInput)",
            #"{"contents":[]}"#: #"a line is {"custom_id":…,"url":"/v1/chat/completions","body":{…}}"#,
        ]
        for (line, words) in own {
            let told = try await refusal(line, "--native", "--provider", "gemini", "--model", "m")
            #expect(told.contains(words), "\(told)")
        }
        let none = try await tool.run("import", bench.path("x.jsonl"))
        #expect(none.code == 1 && !none.errors.contains("--db"))
    }

    @Test("An imported batch in progress needs its key, and resumes with it")
    func importedKey() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let submit = ["submit", try bench.file(count: 2)] + Tool.openAIArguments(simulator)
            #expect(try await tool.start(submit).ended().code == 0)
            #expect(try await tool.run("export", "@last", bench.path("carry")).code == 0)
            var other = tool
            other.environment["LLMBATCH_DB"] = bench.path("other.db")
            #expect(try await other.run("import", bench.path("carry")).code == 0)
            simulator.release()
            let refused = try await other.run("watch")
            #expect(refused.code == 4 && refused.errors.contains("--api-key-env NAME or --api-key-file PATH"))
            let watched = try await other.run("watch", "--api-key-env", "OPENAI_API_KEY")
            #expect(watched.code == 0, "\(watched.errors)")
        }
    }

    @Test("A retry of few requests is not advised at a provider with a higher minimum")
    func minimum() async throws {
        let script = SimulatorScript { script in
            script.answer = { ($0.lineIndex ?? 0) == 0 ? .httpError(status: 400, code: nil, message: "no") : .success }
        }
        try await ProviderSimulator.withRunning(.bedrock, script) { simulator in
            let bench = try Workbench()
            let (tool, arguments) = Self.access(simulator, bench.folder)
            let run = try await tool.start(["run", try bench.file(count: 100)] + arguments).ended()
            #expect(run.code == 2, "\(run.errors)")
            #expect(run.errors.contains("--wait --provider NAME --model NAME  # retries only what failed"))
            #expect(run.errors.contains("bedrock takes no job of fewer than 100 requests"))
            let retry = try await tool.run("retry", "@last")
            #expect(retry.code == 1 && retry.errors.contains("--option minimum-requests=N"))
            #expect(try await tool.run("retry", "@last", "--wait", "--provider", "offline").code == 0)
            #expect(
                try await tool.run("show", "r0").output.contains("attempt 1 with bedrock (model anthropic.claude-3"))
        }
    }

    @Test("A job is recovered by its ARN alone; one already in the store is named with its batch")
    func recovered() async throws {
        try await ProviderSimulator.withRunning(.bedrock) { simulator in
            let bench = try Workbench()
            let (tool, arguments) = Self.access(simulator, bench.folder)
            let submit = try await tool.start(
                ["submit", try bench.file(count: 2), "--option", "minimum-requests=1", "--json"] + arguments
            ).ended()
            let batch = try #require(try submit.json().object("batch"), "\(submit.errors)")
            let arn = try #require(batch.objects("attempts")?.first?.objects("jobs")?.first?.string("remote_id"))
            let hurry = ["--base-url", simulator.baseURL, "--option", "poll-interval=0.01"]
            let here = try await tool.start(["recover", arn] + hurry).ended()
            #expect(
                here.code == 1 && here.errors.contains("job 1 of batch \(batch.string("id") ?? "")"), "\(here.errors)")
            #expect(here.errors.contains("llmbatch watch \(batch.string("id") ?? "")"))
            var other = tool
            other.environment["LLMBATCH_DB"] = bench.path("other.db")
            let there = try await other.start(["recover", arn] + hurry).ended()
            #expect(there.code == 0, "\(there.errors)")
            #expect(try await other.run("watch").code == 0)
            #expect(try await other.run("recover", "x").errors.contains("--provider NAME"))
            other.environment["ANTHROPIC_API_KEY"] = "a"
            let anthropic = try await other.run("recover", "x", "--provider", "anthropic")
            #expect(anthropic.code == 64 && !anthropic.errors.contains("adopt"))
        }
    }

    @Test("cancel reports progress, and does not warn for an ended batch; status reports an unreachable provider")
    func cancelling() async throws {
        try await ProviderSimulator.withRunning(.openRouter) { simulator in
            let bench = try Workbench()
            let (tool, arguments) = Self.access(simulator, bench.folder)
            #expect(try await tool.start(["run", try bench.file(count: 2)] + arguments).ended().code == 0)
            let ended = try await tool.run("cancel", "@last")
            #expect(ended.code == 1 && !ended.errors.contains("keeps running"), "\(ended.errors)")
            simulator.setScript(SimulatorScript { $0.holdAt = "in_progress" })
            #expect(try await tool.start(["submit", try bench.file(count: 3)] + arguments).ended().code == 0)
            let gone = try await tool.run("status", "--base-url", "http://127.0.0.1:1/v1", "--accept-account")
            #expect(gone.code == 0 && gone.errors.contains("Could not reach openrouter"), "\(gone.errors)")
            let cancel = try await tool.run("cancel", "@last", "--base-url", simulator.baseURL, "--accept-account")
            #expect(cancel.code == 0 && cancel.errors.contains("keeps running"), "\(cancel.errors)")
            #expect(cancel.output.contains("cancelling"))
            #expect(cancel.errors.contains("waits for the end and collects the finished answers"))
        }
    }
}
