import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The tool's promises to people and programs, tested on the real binary.
@Suite("The tool")
struct ContractTests {
    @Test("run, retry and show print JSON and set exit codes")
    func mainJob() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 100)
        let run = try await tool.run(
            "run", file, "--provider", "offline", "--option", "fail-share=0.1", "--option", "seed=7", "--json")
        #expect(run.code == 2)
        #expect(try run.json().integer("schema_version") == 1)
        let batch = try #require(try run.json().object("batch"))
        #expect(batch.string("status") == "completed")
        #expect(batch.string("id")?.isEmpty == false)
        let names = ["total", "succeeded", "errored", "expired", "cancelled", "missing", "invalid", "open"]
        let counts = try names.map { try #require(try run.count($0)) }
        #expect(counts[0] == 100)
        #expect(counts[0] == counts[1...].reduce(0, +))
        #expect(counts[2] > 0)
        let failed = try await tool.run("results", "--outcome", "errored").output.split(separator: "\t").first
        let retry = try await tool.run("retry", "@last", "--wait", "--option", "fail-share=0", "--json")
        #expect(retry.code == 0)
        #expect(try retry.count("succeeded") == 100)
        let second = try retry.json().object("batch")?.objects("attempts")?.last
        #expect(second?.objects("jobs")?.first?.object("counts")?.integer("total") == counts[2])
        let show = try await tool.run("show", String(try #require(failed)), "--json")
        let attempts = try show.json().objects("requests")?.first?.objects("attempts")
        #expect(attempts?.map { $0.string("outcome") } == ["errored", "succeeded"])
    }

    @Test("The same file is the same batch; another provider or model is another")
    func sameFile() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 3)
        func id(_ arguments: String...) async throws -> String? {
            let running = try tool.start(["run", file, "--provider", "offline", "--json"] + arguments)
            return try await running.ended().json().object("batch")?.string("id")
        }
        let first = try await id()
        #expect(first != nil)
        #expect(try await id() == first)
        #expect(try await id("--option", "seed=9") == first)
        #expect(try await id("--new") != first)
        #expect(try await id("--name", "nightly") != first)
        #expect(try await id("--name", "nightly") == id("--name", "nightly"))
        _ = try bench.file(count: 4)
        let changed = try await tool.run("run", file, "--provider", "offline", "--name", "nightly", "--json")
        #expect(changed.code == 1)
        #expect(try changed.json().object("error")?.string("code") == "name_taken")
    }

    @Test("Batches are found by id, unique prefix, name and @last; not found has its own exit code")
    func references() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let none = try await tool.run("status", "@last")
        #expect(none.code == 3)
        let file = try bench.file(count: 2)
        let id = try #require(
            try await tool.run("run", file, "--provider", "offline", "--name", "first", "--json").json().object(
                "batch")?.string("id"))
        for reference in [id, String(id.prefix(8)), "first", "@last"] {
            let status = try await tool.run("status", reference, "--json")
            #expect(try status.json().object("batch")?.string("id") == id)
        }
        #expect(try await tool.run("status", "zzzz").code == 3)
        #expect(try await tool.run("show", "nobody").code == 3)
        #expect(try await tool.run("show", "r1", "--batch", "first").code == 0)
        // Ids in their order, twice too, and in more than one group; an unknown one is named.
        let ids = (0..<700).map { "r\($0 % 2)" } + ["nobody"]
        let many = try await tool.run("show", "-", "--batch", "first", "--jsonl", input: ids.joined(separator: "\r\n"))
        #expect(many.code == 3 && many.errors.contains("\"nobody\""))
        let shown = many.output.split(separator: "\n").compactMap {
            try? JSONObject(Array($0.utf8)).string("custom_id")
        }
        #expect(shown == ids.dropLast())
    }

    @Test("Bad input names file, line and reason; usage errors are 64; a missing key is 4")
    func badInput() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        try Data("{}\n".utf8).write(to: URL(filePath: bench.path("bad.jsonl")))
        let bad = try await tool.run("run", bench.path("bad.jsonl"), "--provider", "offline")
        #expect(bad.code == 1)
        #expect(bad.errors.contains("bad.jsonl:1:"))
        #expect(bad.output.isEmpty)
        #expect(try await tool.run("run").code == 64)
        #expect(try await tool.run("run", "x", "--provider", "nobody").code == 1)
        let file = try bench.file(count: 1)
        #expect(try await tool.run("run", file, "--provider", "nobody").code == 64)
        #expect(try await tool.run("run", file, "--provider", "offline", "--option", "x=1").code == 64)
        #expect(try await tool.run("run", file, "--provider", "openai").code == 4)
        #expect(try await tool.run("list", "--json").json().objects("batches")?.isEmpty == true)
    }

    @Test("Requests come from standard input, and bare bodies get ids")
    func standardInput() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let lines = #"{"messages":[{"role":"user","content":"hi"}]}"# + "\n" + #"{"messages":[]}"# + "\n"
        let run = try await tool.run("run", "-", "--provider", "offline", "--json", input: lines)
        #expect(run.code == 0)
        let shown = try await tool.run("show", "line-1")
        #expect(shown.output.contains("[offline echo] hi"))
    }

    @Test("requests, results, list, export and import print what they should")
    func streams() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 50)
        _ = try await tool.run("run", file, "--provider", "offline")
        #expect(try await tool.run("requests").output == String(contentsOfFile: file, encoding: .utf8))
        let lines = try await tool.run("results", "--jsonl").output
        #expect(
            try lines.split(separator: "\n").map { try JSONObject(Array($0.utf8)).string("custom_id") }
                == (0..<50).map { "r\($0)" })
        #expect(try await tool.run("results", "--json").json().objects("results")?.count == 50)
        _ = try await tool.run("results", "-o", bench.path("out.jsonl"))
        #expect(try String(contentsOfFile: bench.path("out.jsonl"), encoding: .utf8) == lines)
        #expect(try await tool.run("export", "@last", bench.path("carry")).code == 0)
        var other = tool
        other.environment["LLMBATCH_DB"] = bench.path("other.db")
        #expect(try await other.run("import", bench.path("carry")).code == 0)
        #expect(try await other.run("results", "--jsonl").output == lines)
        #expect(try await other.run("list").output == tool.run("list").output)
    }

    @Test("A batch started in one process is waited for in a second, and its results are read in a third")
    func threeProcesses() async throws {
        try await withBench { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 5)
            let submit = try tool.start(["submit", file] + Tool.openAIArguments(simulator) + ["--json"])
            let submitted = try await submit.ended()
            #expect(submitted.code == 0, "\(submitted.errors)")
            #expect(try submitted.json().object("batch")?.string("status") == "validating")
            let watch = try await tool.run("watch", "@last", "--json")
            #expect(try watch.count("succeeded") == 5)
            #expect(try await tool.run("results", "--jsonl").output.split(separator: "\n").count == 5)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Ctrl-C reports that the batch is saved and how to resume", arguments: [SIGINT, SIGTERM])
    func interrupted(signal: Int32) async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 5)
            let running = try tool.start(["run", file] + Tool.openAIArguments(simulator))
            try await simulator.ledger.waitForCalls(.getBatch, count: 2)
            running.signal(signal)
            let ended = try await running.ended()
            #expect(ended.code == 128 + signal)
            #expect(ended.errors.contains("The batch is saved. Resume with: llmbatch watch"))
            simulator.release()
            #expect(try await tool.run("watch").code == 0)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A second process can cancel while the first waits")
    func cancelElsewhere() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 5)
            let running = try tool.start(["run", file] + Tool.openAIArguments(simulator) + ["--json"])
            try await simulator.ledger.waitForCalls(.getBatch, count: 2)
            let cancel = try await tool.run("cancel", "@last")
            #expect(cancel.code == 0, "\(cancel.errors)")
            let ended = try await running.ended()
            #expect(ended.code == 2)
            #expect(try ended.count("cancelled") == 5)
        }
    }

    @Test("The key appears nowhere, neither in the file nor in the output, even if the service repeats it")
    func canary() async throws {
        let script = SimulatorScript {
            $0.apiKey = "sk-right"
            $0.echoesKey = true
        }
        try await withBench(script) { bench, simulator in
            var tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 3)
            for (key, provider) in [
                ("sk-canary-5151", "openai"), ("sk-canary-5151", "realtime"), ("sk-right", "openai"),
                ("sk-right", "realtime"),
            ] {
                tool.environment["OPENAI_API_KEY"] = key
                let arguments = [
                    "run", file, "--provider", provider, "--base-url", simulator.baseURL, "--accept-account", "--json",
                ]
                let hurry = provider == "openai" ? ["--option", "poll-interval=0.01"] : ["--option", "backoff=0.001"]
                let ended = try await tool.start(arguments + hurry).ended()
                #expect(ended.code == (key == "sk-right" ? 0 : 4), "\(ended.errors)")
                #expect(!(ended.output + ended.errors).contains("sk-"))
            }
            for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
            where name.hasPrefix("store") {
                let bytes = try Data(contentsOf: bench.folder.appending(path: name))
                #expect(
                    bytes.range(of: Data("sk-canary".utf8)) == nil && bytes.range(of: Data("sk-right".utf8)) == nil,
                    "\(name)")
            }
        }
    }
}
