import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The tool's descriptions of providers, and lines in native format.
@Suite("The tool: providers", .timeLimit(.minutes(2)))
struct ProviderCommandTests {
    @Test("providers describes each provider, for people and programs")
    func providers() async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let table = try await tool.run("providers")
        #expect(table.code == 0)
        let names = table.output.split(separator: "\n").dropFirst().compactMap { $0.split(separator: " ").first }
        #expect(names.map(String.init) == ProviderCatalog.standard.names)
        let listed = try await tool.run("providers", "--json").json()
        #expect(listed.integer("schema_version") == 1)
        #expect(listed.objects("providers")?.compactMap { $0.string("name") } == ProviderCatalog.standard.names)
        let one = try #require(try await tool.run("providers", "openai", "--json").json().objects("providers"))
        #expect(one.count == 1)
        #expect(one[0].object("limits")?.integer("requests") == 50_000)
        #expect(one[0].object("limits")?.object("ids")?.string("alphabet") == "any")
        #expect(one[0].integer("window_seconds") == 86_400)
        #expect(one[0].integer("retention_seconds") == 30 * 86_400)
        #expect(one[0].string("recovery") == "token")
        #expect(one[0].object("options")?.string("poll-interval") != nil)
        let words = try await tool.run("providers", "gemini").output
        #expect(words.contains("results kept: 2 d") && words.contains("answers kept on expiry: no"))
        #expect(try await tool.run("providers", "nobody").code == 3)
    }

    @Test("Every description of a provider is complete")
    func descriptions() throws {
        for description in ProviderCatalog.standard.descriptions {
            #expect(description.options.values.allSatisfy { !$0.isEmpty }, "\(description.name)")
            #expect(description.kind == .realtime || description.limits?.endpoints.isEmpty == false)
            #expect(description.kind == .realtime || description.recovery != .notNeeded)
        }
    }

    @Test("results --native prints the provider's own lines byte for byte; --native sends bodies unchanged")
    func native() async throws {
        try await ProviderSimulator.withRunning(.gemini) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment["GEMINI_API_KEY"] = "gm-test"
            let body =
                #"{ "contents":[{"parts":[{"text":"h\u0069"}],"role":"user"}], "generationConfig":{"temperature":1e0}}"#
            let line = #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":\#(body)}"#
            try Data((line + "\n").utf8).write(to: URL(filePath: bench.path("own.jsonl")))
            let hurry = Workbench.hurry.flatMap { ["--option", "\($0.key)=\($0.value)"] }
            let arguments =
                ["--provider", "gemini", "--base-url", simulator.origin, "--model", "gemini-2.5-flash"] + hurry
            let ended = try await tool.start(["run", bench.path("own.jsonl"), "--native"] + arguments).ended()
            #expect(ended.code == 0, "\(ended.errors)")
            let upload = try #require(simulator.ledger.calls(.uploadFile).first?.body)
            #expect(upload.range(of: Data(body.utf8)) != nil)
            let results = try await tool.run("results", "--native")
            let sent = try #require(results.output.split(separator: "\n").first)
            #expect(sent.hasPrefix(#"{"key":"a","response""#), "\(sent)")
            let stored = try await SQLiteStorage(path: tool.database)
                .batches(BatchQuery()).elements.first.map(\.id)
            let batch = try await Batch.load(try #require(stored), storage: SQLiteStorage(path: tool.database))
            let result = try #require(try await batch.results().all().first)
            #expect(result.nativeLine == Array(sent.utf8))
            _ = try await tool.run("results", "--native", "-o", bench.path("own.out"))
            #expect(try String(contentsOfFile: bench.path("own.out"), encoding: .utf8) == results.output)
            #expect(try await tool.run("results", "--native", "--json").code == 64)
            // A provider that speaks the form of the request lines takes the flag and has nothing to do for it.
            #expect(try await tool.run("run", bench.path("own.jsonl"), "--provider", "offline", "--native").code == 0)
        }
    }

    @Test("submit warns of a short retention, and status warns again near its end")
    func retention() async throws {
        try await ProviderSimulator.withRunning(.gemini, SimulatorScript { $0.holdAt = "in_progress" }) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment["GEMINI_API_KEY"] = "gm-test"
            let file = try bench.file(count: 1)
            let submit = try await tool.start(
                ["submit", file, "--provider", "gemini", "--base-url", simulator.origin, "--json"]
            ).ended()
            #expect(submit.code == 0, "\(submit.errors)")
            #expect(submit.errors.contains("keeps results for 2 d"))
            let job = try submit.json().object("batch")?.objects("attempts")?.first?.objects("jobs")?.first
            #expect(job?.string("results_kept_until") != nil)
            #expect(try await !tool.run("status", "--local").errors.contains("deletes the results"))
        }
    }

    @Test("The retention of results follows the settings")
    func resultsAreKeptAsLongAsTheSettingsSay() throws {
        let day = 86_400
        func kept(_ name: String, _ options: [String: String]) throws -> Int? {
            let description = try #require(ProviderCatalog.standard.description(of: name))
            return description.adjusted(to: ProviderSettings(name: name, options: options)).retention
        }
        #expect(try kept("openai", ["expires-after": "3600"]) == 3600)
        #expect(try kept("openai", [:]) == 30 * day)
        #expect(try kept("azure-openai", ["expires-after": "1209600"]) == 14 * day)
        #expect(try kept("azure-openai", [:]) == nil)
        // An option that a provider does not have says nothing.
        #expect(try kept("gemini", ["expires-after": "3600"]) == 2 * day)
    }

    @Test("status shows the retention set by expires-after; the environment names organization and project")
    func settled() async throws {
        try await ProviderSimulator.withRunning(.openAI, SimulatorScript { $0.holdAt = "in_progress" }) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment = [
                "OPENAI_API_KEY": "sk-test", "OPENAI_ORG_ID": "org-one", "OPENAI_PROJECT_ID": "proj-one",
            ]
            let submit = try await tool.start(
                [
                    "submit", try bench.file(count: 1), "--provider", "openai", "--base-url", simulator.baseURL,
                    "--option", "expires-after=3600", "--option", "project=proj-two", "--json",
                ]
            ).ended()
            #expect(submit.code == 0, "\(submit.errors)")
            #expect(submit.errors.contains("keeps results for 1 h"))
            let job = try submit.json().object("batch")?.objects("attempts")?.first?.objects("jobs")?.first
            let kept = try Date(try #require(job?.string("results_kept_until")), strategy: .iso8601)
            #expect(kept.timeIntervalSinceNow < 3601)
            #expect(!simulator.ledger.calls.isEmpty)
            for call in simulator.ledger.calls {
                #expect(call.headers["openai-organization"] == "org-one")
                #expect(call.headers["openai-project"] == "proj-two")
            }
            // What was found is stored: another process needs no environment for it.
            tool.environment = ["OPENAI_API_KEY": "sk-test"]
            #expect(try await tool.run("status").code == 0)
            #expect(simulator.ledger.calls.last?.headers["openai-organization"] == "org-one")
        }
    }

    @Test("The environment names the workspace at Anthropic")
    func workspace() async throws {
        try await ProviderSimulator.withRunning(.anthropic) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment = ["ANTHROPIC_API_KEY": "an-test", "ANTHROPIC_WORKSPACE_ID": "wrkspc_1"]
            let submit = try await tool.start(
                ["submit", try bench.file(count: 1), "--provider", "anthropic", "--base-url", simulator.origin]
            ).ended()
            #expect(submit.code == 0, "\(submit.errors)")
            #expect(!simulator.ledger.calls.isEmpty)
            #expect(simulator.ledger.calls.allSatisfy { $0.headers["anthropic-workspace-id"] == "wrkspc_1" })
        }
    }

    @Test("A warning appears in the last tenth of the retention period")
    func resultsAreLostInTheLastTenthOfTheTimeTheyAreKept() throws {
        let description = try #require(ProviderCatalog.standard.description(of: "openai"))
        var state = ProviderJobState(phase: .submitted)
        state.intendedAt = Date(timeIntervalSince1970: 0)
        let day: TimeInterval = 86_400
        #expect(description.keepsResults(of: state) == Date(timeIntervalSince1970: 30 * day))
        #expect(!description.isLosingResults(of: state, at: Date(timeIntervalSince1970: 26 * day)))
        #expect(description.isLosingResults(of: state, at: Date(timeIntervalSince1970: 28 * day)))
        state.phase = .ended
        #expect(description.keepsResults(of: state) == nil)
    }
}
