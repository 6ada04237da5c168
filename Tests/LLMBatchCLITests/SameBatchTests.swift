import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A file is the same batch only with the same requests, service and settings.
@Suite("The same batch", .timeLimit(.minutes(3)))
struct SameBatchTests {
    private static func realtime(_ simulator: ProviderSimulator, _ more: String...) -> [String] {
        ["--provider", "realtime", "--base-url", simulator.baseURL, "--option", "backoff=0.001"] + more
    }

    private static func id(_ ended: Tool.Ended) throws -> String {
        try #require(try ended.json().object("batch")?.string("id"), "\(ended.errors)")
    }

    @Test("Another address is another batch, and its server gets the requests")
    func address() async throws {
        try await withBench { bench, first in
            try await ProviderSimulator.withRunning(.openAI) { second in
                let tool = Tool.openAI(bench, first)
                let run = ["run", try bench.file(count: 2), "--json", "--model", "m1"]
                let one = try await tool.start(run + Self.realtime(first)).ended()
                let two = try await tool.start(run + Self.realtime(second)).ended()
                #expect(try Self.id(one) != Self.id(two))
                #expect(second.ledger.contents.asks.count == 2, "\(two.errors)")
                let told =
                    "An earlier batch of this file, \(try Self.id(one)), ran on \(first.baseURL); this is a new batch."
                #expect(two.errors.contains(told), "\(two.errors)")
                // What is written otherwise and means the same is the same; a pause is no difference.
                let same = try await tool.start(
                    run + [
                        "--provider", "realtime", "--base-url", first.baseURL.replacing("http:", with: "HTTP:") + "/",
                        "--option", "backoff=0.002", "--option", "max-tries=3",
                    ]
                ).ended()
                #expect(try Self.id(same) == Self.id(one), "\(same.errors)")
                #expect(first.ledger.contents.asks.count == 2)
            }
        }
    }

    @Test("An address from the environment counts like a typed one")
    func environment() async throws {
        try await withBench { bench, first in
            try await ProviderSimulator.withRunning(.openAI) { second in
                var tool = Tool.openAI(bench, first)
                let run = ["run", try bench.file(count: 2), "--json", "--provider", "realtime", "--model", "m"]
                tool.environment["OPENAI_BASE_URL"] = first.baseURL
                let one = try await tool.start(run).ended()
                let named = try await tool.start(run + ["--name", "n"]).ended()
                #expect(try Self.id(try await tool.start(run).ended()) == Self.id(one))
                tool.environment["OPENAI_BASE_URL"] = second.baseURL
                #expect(try Self.id(try await tool.start(run).ended()) != Self.id(one))
                #expect(second.ledger.contents.asks.count == 2)
                #expect(named.code == 0)
            }
        }
    }

    @Test(
        "Another model or option that changes answers is another batch; another pause is not",
        arguments: [
            ["--model", "m2"], ["--option", "fail-share=0.5"], ["--option", "fail-share=0.5", "--option", "seed=1"],
        ])
    func settings(change: [String]) async throws {
        let bench = try Workbench()
        let tool = Tool(folder: bench.folder)
        let run = ["run", try bench.file(count: 2), "--json", "--provider", "offline"]
        let first = try Self.id(try await tool.start(run).ended())
        #expect(try Self.id(try await tool.start(run + ["--option", "latency-ms=1"]).ended()) == first)
        let other = try await tool.start(run + change).ended()
        #expect(try Self.id(other) != first)
        #expect(other.errors.contains("An earlier batch of this file, \(first), was created with other settings"))
        let fresh = try await tool.start(run + change + ["--new"]).ended()
        #expect(!fresh.errors.contains("earlier batch"))
    }

    @Test("A name rejects each difference, naming it, and the advised command creates another batch")
    func named() async throws {
        try await withBench { bench, first in
            let tool = Tool.openAI(bench, first)
            let file = try bench.file(count: 2)
            let run = ["run", file, "--name", "nm", "--json"]
            let one = try await tool.start(run + Self.realtime(first, "--model", "m1")).ended()
            #expect(one.code == 0, "\(one.errors)")
            // What is left open is as it was.
            #expect(try Self.id(try await tool.start(run).ended()) == Self.id(one))
            let model = try await tool.start(run + Self.realtime(first, "--model", "m2")).ended()
            #expect(model.code == 1 && model.errors.contains("the model (m2, was m1)"), "\(model.errors)")
            #expect(try model.json().object("error")?.string("code") == "name_taken")
            let both = try await tool.start(
                run + ["--provider", "realtime", "--base-url", "http://127.0.0.1:9/v1", "--model", "m2"]
            ).ended()
            #expect(both.code == 1 && both.errors.contains("the model (m2, was m1)"))
            #expect(both.errors.contains("the base URL (http://127.0.0.1:9/v1, was \(first.baseURL))"))
            let provider = try await tool.start(run + ["--provider", "offline"]).ended()
            #expect(provider.code == 1 && provider.errors.contains("the provider (offline, was realtime)"))
            try Data((try String(contentsOfFile: file, encoding: .utf8)).replacing("question 1", with: "other").utf8)
                .write(to: URL(filePath: file))
            let changed = try await tool.start(run).ended()
            #expect(changed.code == 1 && changed.errors.contains("--name nm-2 --reuse"), "\(changed.errors)")
            #expect(first.ledger.contents.asks.count == 2)
        }
    }

    @Test("A submitted batch keeps its model and options: watch, status and cancel reject others, a retry takes them")
    func sealed() async throws {
        try await withBench { bench, simulator in
            simulator.setScript(
                SimulatorScript { $0.answer = { _ in .httpError(status: 400, code: nil, message: "no") } })
            let tool = Tool.openAI(bench, simulator)
            let file = try bench.file(count: 2)
            let run = try await tool.start(["run", file, "--model", "m1"] + Tool.openAIArguments(simulator)).ended()
            #expect(run.code == 2, "\(run.errors)")
            for command in [["watch"], ["status"], ["cancel", "@last"]] {
                let refused = try await tool.start(command + ["--model", "x"]).ended()
                #expect(refused.code == 1 && refused.errors.contains("the model (x, was m1)"), "\(refused.errors)")
                #expect(refused.errors.contains("llmbatch retry"))
            }
            let address = try await tool.run("watch", "--base-url", "http://127.0.0.1:9/v1")
            #expect(address.code == 1 && address.errors.contains("the base URL"))
            simulator.setScript(SimulatorScript())
            let retry = try await tool.run("retry", "--model", "x", "--wait")
            #expect(retry.code == 0, "\(retry.errors)")
            #expect(
                try await tool.start(["run", file, "--model", "m1"] + Tool.openAIArguments(simulator)).ended().code == 0
            )
        }
    }

    @Test("A job with another address, model or option is another job; under the same name it is rejected")
    func jobs() async throws {
        try await withBench { bench, first in
            try await ProviderSimulator.withRunning(.openAI) { second in
                let tool = Tool.openAI(bench, first)
                let rows = bench.path("rows.csv")
                try Data("t\na\n".utf8).write(to: URL(filePath: rows))
                let run = ["job", "run", rows, "--prompt", "x", "--json", "--max-retries", "0", "--batch-size", "1"]
                func id(_ more: [String]) async throws -> String {
                    try Self.id(try await tool.start(run + more).ended())
                }
                let one = try await id(Self.realtime(first, "--model", "m"))
                let same = try await id(Self.realtime(first, "--model", "m", "--option", "max-tries=2"))
                let address = try await id(Self.realtime(second, "--model", "m"))
                let model = try await id(Self.realtime(first, "--model", "m2"))
                #expect(same == one && Set([one, address, model]).count == 3)
                _ = try await id(Self.realtime(first, "--model", "m", "--name", "n"))
                let named = try await tool.start(run + Self.realtime(second, "--model", "m2", "--name", "n")).ended()
                #expect(named.code == 1 && named.errors.contains("the model (m2, was m)"), "\(named.errors)")
                #expect(named.errors.contains("the base URL (\(second.baseURL), was \(first.baseURL))"))
            }
        }
    }

    @Test("Another account is rejected for a submitted batch, even an ended one")
    func account() async throws {
        try await withBench { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let run = ["run", try bench.file(count: 2), "--json"] + Tool.openAIArguments(simulator)
            let one = try await tool.start(run + ["--option", "project=a"]).ended()
            let other = try await tool.start(run + ["--option", "project=b"]).ended()
            #expect(other.code == 4 && other.errors.contains("the option project (b, was a)"), "\(other.errors)")
            #expect(other.errors.contains("--accept-account"))
            let accepted = try await tool.start(run + ["--option", "project=b", "--accept-account"]).ended()
            #expect(try Self.id(accepted) == Self.id(one))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }
}
