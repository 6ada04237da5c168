import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// One typed job over the same rows through every provider: the same values, whatever the wire format.
@Suite("One typed job, every provider", .timeLimit(.minutes(5)))
struct OneJobTests {
    /// A provider, with what its models must be asked by.
    struct Service: Sendable, CustomTestStringConvertible {
        let kind: ProviderSimulator.Kind
        var model = "m"
        var options: [String: String] = [:]

        var testDescription: String { ([kind.name] + (model == "m" ? [] : [model])).joined(separator: " ") }
    }

    /// Perplexity takes no chat completions. Of Bedrock's models those that call tools.
    static let services =
        ProviderSimulator.Kind.all.filter { !["perplexity", "bedrock", "vertex-ai", "digitalocean"].contains($0.name) }
        .map { Service(kind: $0) }
        + [
            Service(kind: .vertexAI, model: "gemini-2.5-flash"), Service(kind: .vertexAI, model: "claude-sonnet-4-5"),
            Service(kind: .digitalOcean, model: "gpt-5"), Service(kind: .digitalOcean, model: "claude-sonnet-4-5"),
            Service(kind: .bedrock, model: "anthropic.claude-haiku-4-5-v1:0", options: ["minimum-requests": "1"]),
            Service(kind: .bedrock, model: "us.amazon.nova-lite-v1:0", options: ["minimum-requests": "1"]),
        ]

    private static let schema =
        #"{"type":"object","properties":{"id":{"type":"string"},"mood":{"type":"string","enum":["good","bad"]},"stars":{"type":"integer"}},"required":["id","mood","stars"]}"#

    @Test("One typed job gives the same values with every provider", arguments: services) func givesTheSameValues(
        _ service: Service
    ) async throws {
        try await ProviderSimulator.withRunning(service.kind, .init { $0.answer = StructuredModel.enforcing }) {
            simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment = simulator.access.environment
            let (rows, schema) = (bench.path("rows.csv"), bench.path("schema.json"))
            try Data(("id,text\n" + (0..<7).map { "row-\($0),words \($0)\n" }.joined()).utf8).write(
                to: URL(filePath: rows))
            try Data(Self.schema.utf8).write(to: URL(filePath: schema))
            let options = Workbench.hurry.merging(simulator.access.options) { $1 }.merging(service.options) { $1 }
            let run = try await tool.start(
                [
                    "job", "run", rows, "--prompt", "Judge.", "--schema", schema, "--batch-size", "3", "--provider",
                    service.kind.name, "--model", service.model, "--base-url", simulator.baseURL, "-o", "-",
                ] + options.sorted { $0.key < $1.key }.flatMap { ["--option", "\($0.key)=\($0.value)"] }
            ).ended()
            #expect(run.code == 0, "\(service.testDescription): \(run.errors)")
            let values = try run.output.split(separator: "\n").map {
                try JSONObject(Array($0.utf8)).object("output")
            }
            #expect(values.map { $0?.string("id") } == (0..<7).map { "row-\($0)" })
            for value in values {
                #expect(["good", "bad"].contains(value?.string("mood")))
                #expect(value?.integer("stars") != nil)
            }
        }
    }
}
