import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Batches of which nothing has been sent, on the real binary.
@Suite("The tool's drafts")
struct DraftTests {
    private static let refused =
        #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","n":2,"messages":[{"role":"user","content":"?"}]}}"#

    @Test(
        "A file that its provider rejects leaves nothing behind; the corrected one runs", arguments: ["run", "submit"])
    func refusedFile(_ command: String) async throws {
        try await ProviderSimulator.withRunning(.anthropic) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment = simulator.access.environment
            let file = bench.path("in.jsonl")
            let provider = ["--provider", "anthropic", "--base-url", simulator.baseURL]
            try Data(Self.refused.utf8).write(to: URL(filePath: file))
            let ended = try await tool.start([command, file] + provider).ended()
            #expect(ended.code == 1 && ended.errors.contains("\"a\" (line 1)") && ended.errors.contains("\"n\""))
            #expect(try await tool.run("list", "--json").json().objects("batches")?.isEmpty == true)
            #expect(simulator.ledger.calls.isEmpty)
            try Data(Self.refused.replacing("\"n\":2", with: "\"n\":1").utf8).write(to: URL(filePath: file))
            #expect(try await tool.start([command, file] + provider).ended().code == 0)
        }
    }

    @Test("A draft is cancelled without a key, and without checking whether its provider accepts it")
    func cancelled() async throws {
        let bench = try Workbench()
        var tool = Tool(folder: bench.folder)
        let file = bench.path("in.jsonl")
        try Data(Self.refused.utf8).write(to: URL(filePath: file))
        tool.environment["ANTHROPIC_API_KEY"] = "key"
        #expect(try await tool.run("submit", file, "--draft", "--provider", "anthropic").code == 0)
        tool.environment["ANTHROPIC_API_KEY"] = ""
        let ended = try await tool.run("cancel", "--yes", "--json")
        #expect(ended.code == 0, "\(ended.errors)")
        #expect(try ended.count("cancelled") == 1 && ended.json().object("batch")?.string("status") == "cancelled")
    }

    @Test("A file whose batch has a name resumes that batch, even without the name")
    func named() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let file = try bench.file(count: 2)
        func run(_ arguments: String...) async throws -> Tool.Ended {
            try await tool.start(["run", file, "--provider", "offline", "--json"] + arguments).ended()
        }
        let named = try await run("--name", "nightly").json().object("batch")?.string("id")
        let again = try await run()
        #expect(try again.json().object("batch")?.string("id") == named)
        #expect(again.errors.contains("\"nightly\", created from the same file"))
        #expect(try await run("--new").json().object("batch")?.string("id") != named)
    }

    @Test("A file run by several processes at once is one batch, sent once", arguments: ["batch", "named", "job"])
    func atOnce(_ way: String) async throws {
        try await ProviderSimulator.withRunning(.openAI, .init { $0.answer = StructuredModel.enforcing }) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment = simulator.access.environment
            let file = try bench.file(count: 50)
            let options = Workbench.patient.sorted { $0.key < $1.key }.flatMap {
                ["--option", "\($0.key)=\($0.value)"]
            }
            let rows = bench.path("rows.jsonl")
            try Data((0..<50).map { #"{"text":"row \#($0)"}"# + "\n" }.joined().utf8).write(to: URL(filePath: rows))
            let begin =
                switch way {
                case "job": ["job", "run", rows, "--prompt", "Judge.", "--model", "m"]
                case "named": ["run", file, "--name", "nightly"]
                default: ["run", file]
                }
            let command = begin + ["--json", "--provider", "openai", "--base-url", simulator.baseURL] + options
            let running = try (0..<4).map { _ in try tool.start(command) }
            var ids: Set<String?> = []
            for process in running {
                let ended = try await process.ended()
                #expect(ended.code == 0, "\(ended.errors)")
                ids.insert(try ended.json().object("batch")?.string("id"))
            }
            #expect(ids.count == 1 && simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Abandoning contacts no provider and needs no key")
    func abandoned() async throws {
        try await ProviderSimulator.withRunning(.openAI, .init { $0.holdAt = "in_progress" }) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment = simulator.access.environment
            let submit = try await tool.run(
                "submit", try bench.file(count: 3), "--provider", "openai", "--base-url", simulator.baseURL)
            #expect(submit.code == 0)
            tool.environment = [:]
            let calls = simulator.ledger.calls.count
            let ended = try await tool.run("cancel", "--yes", "--abandon", "--json")
            #expect(ended.code == 0, "\(ended.errors)")
            #expect(try ended.count("cancelled") == 3 && simulator.ledger.calls.count == calls)
            #expect(try await tool.run("cancel", "--yes", "--abandon").code == 1)
        }
    }

    @Test("A model of one provider is not requested from another")
    func models() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let run = try await tool.run(
            "run", try bench.file(count: 2), "--provider", "offline", "--model", "small", "--option", "fail-share=1")
        #expect(run.code == 2)
        let refused = try await tool.run("retry", "--provider", "realtime", "--base-url", "http://127.0.0.1:9/v1")
        #expect(refused.code == 64 && refused.errors.contains("--model NAME"), "\(refused.errors)")
        let back = try await tool.run("retry", "--wait", "--option", "fail-share=0", "--json")
        #expect(back.code == 0)
    }
}
