import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The same file through every provider: the results do not depend on the provider.
@Suite("One file, every provider", .timeLimit(.minutes(5)))
struct OneFileTests {
    /// A provider as it is named on the command line, with its simulator.
    struct Service: Sendable, CustomTestStringConvertible {
        let kind: ProviderSimulator.Kind
        var model: String?
        var family: String?

        var testDescription: String { [kind.name, model, family].compactMap { $0 }.joined(separator: " ") }

        /// Bedrock with models of a family, which has a form of its own for requests and answers.
        static func bedrock(_ family: String) -> Service { Service(kind: .bedrock, family: family) }
    }

    /// Perplexity takes other requests.
    static let services =
        ProviderSimulator.Kind.all.filter { !["perplexity", "bedrock"].contains($0.name) }.map { Service(kind: $0) }
        + [
            Service(kind: .vertexAI, model: "claude-sonnet-4-5"),
            Service(kind: .digitalOcean, model: "claude-sonnet-4-5"), .bedrock("anthropic"), .bedrock("nova"),
            .bedrock("openai"),
        ]

    /// As many as the provider that asks for the most takes at least.
    static let count = 120

    static func line(_ index: Int) -> String {
        #"{"custom_id":"row/\#(index)","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":["#
            + #"{"role":"system","content":"Be brief."},{"role":"user","content":"Question \#(index)"}],"#
            + #""temperature":0.5,"max_tokens":50,"tools":[{"type":"function","function":{"name":"look","#
            + #""parameters":{"type":"object","properties":{"city":{"type":"string"}}}}}],"tool_choice":"auto"}}"#
    }

    /// What the model makes of a request, whoever offers it: by the question, because ids are each provider's own.
    static let script = SimulatorScript {
        $0.answer = { request in
            let source = String(decoding: request.source, as: UTF8.self)
            let number = source.firstMatch(of: /Question (\d+)/).flatMap { Int($0.1) } ?? 0
            return switch number % 5 {
            case 1:
                .reply(
                    SimulatedReply(
                        text: nil,
                        toolCalls: [.init(id: "call_\(number)", name: "look", arguments: #"{"city":"Ghent"}"#)],
                        inputTokens: number + 1, outputTokens: 7))
            case 2: .reply(SimulatedReply(text: "cut \u{e9}\n\"\(number)", finishReason: "length", outputTokens: 50))
            case 3: .httpError(status: 400, code: nil, message: "no such thing")
            default: .text("answer \(number)")
            }
        }
    }

    /// The part of a result that is common to all providers.
    struct Canonical: Hashable {
        let customID, outcome: String?
        let text, finishReason: String?
        let tools: [String]
        let usage: [Int?]

        init(_ line: JSONObject) {
            customID = line.string("custom_id")
            let response = line.object("response")
            let choice = response?.object("body")?.objects("choices")?.first
            outcome = choice == nil ? "errored" : "succeeded"
            let message = choice?.object("message")
            text = message?.string("content")
            finishReason = choice?.string("finish_reason")
            tools = (message?.objects("tool_calls") ?? []).map {
                let function = $0.object("function")
                return [$0.string("id"), function?.string("name"), function?.string("arguments")]
                    .map { $0 ?? "none" }.joined(separator: " ")
            }
            let counted = response?.object("body")?.object("usage")
            usage = ["prompt_tokens", "completion_tokens", "total_tokens"].map { counted?.integer($0) }
        }
    }

    static func results(_ service: Service) async throws -> [Canonical] {
        try await ProviderSimulator.withRunning(service.kind, script) { simulator in
            let bench = try Workbench()
            let file = bench.path("in.jsonl")
            try Data((0..<count).map(line).joined(separator: "\n").utf8).write(to: URL(filePath: file))
            var tool = Tool(folder: bench.folder)
            let access = simulator.access
            tool.environment = access.environment
            let options = Workbench.hurry.merging(access.options) { $1 }
                .merging(service.family.map { ["family": $0] } ?? [:]) { $1 }
            let model = service.model.map { ["--model", $0] } ?? []
            let run = try await tool.start(
                ["run", file, "--json", "--provider", service.kind.name, "--base-url", simulator.baseURL]
                    + model + options.sorted { $0.key < $1.key }.flatMap { ["--option", "\($0.key)=\($0.value)"] }
            ).ended()
            #expect(run.code == 2, "\(service.kind.name): \(run.errors)")
            let results = try await tool.run("results", "--jsonl")
            if PythonServer.python != nil {
                let written = bench.path("out.jsonl")
                try Data(results.output.utf8).write(to: URL(filePath: written))
                let read = try await PythonServer.script("check_results", ["chat", written], tool)
                #expect(read.output == "96 24\n", "\(service.testDescription): \(read.errors)")
            }
            return try results.output.split(separator: "\n").map { Canonical(try JSONObject(Array($0.utf8))) }
        }
    }

    @Test("One input file gives the same results with every provider", arguments: services) func givesTheSameResults(
        _ service: Service
    ) async throws {
        let reference = try await Self.results(Self.services[0])
        try #require(reference.count == Self.count)
        #expect(reference[1].tools == [#"call_1 look {"city":"Ghent"}"#] && reference[1].usage == [2, 7, 9])
        #expect(reference[2].text == "cut \u{e9}\n\"2" && reference[2].finishReason == "length")
        #expect(reference[3].outcome == "errored" && reference[4].text == "answer 4")
        let found = try await Self.results(service)
        #expect(found == reference)
    }
}
