import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// One file of requests for embeddings goes through services that speak otherwise, and what comes back is read by OpenAI's
/// own types.
@Suite("Embeddings: OpenAI's types", .timeLimit(.minutes(2)))
struct EmbeddingAnswerTests {
    /// A service and the model that it is asked.
    struct Service: Sendable, CustomTestStringConvertible {
        let simulator: ProviderSimulator.Kind
        let model: String
        let provider: @Sendable (ProviderSimulator, borrowing Workbench) throws -> Provider

        var testDescription: String { "\(simulator.name) \(model)" }
    }

    static let services = [
        Service(simulator: .bedrock(BedrockTests.account), model: BedrockEmbeddingTests.titan) { simulator, _ in
            try BedrockTests.provider(simulator)
        },
        Service(simulator: .gemini, model: GeminiEmbeddingTests.model) { simulator, _ in
            try GeminiTests.provider(simulator)
        },
        Service(simulator: .vertexAI, model: VertexEmbeddingTests.first) { simulator, bench in
            try VertexAITests.provider(simulator, bench: bench)
        },
    ]

    @Test(
        "OpenAI's types read the answers of every provider", .enabled(if: PythonServer.python != nil),
        arguments: services)
    func readAnswers(_ service: Service) async throws {
        try await ProviderSimulator.withRunning(service.simulator) { simulator in
            let bench = try Workbench()
            let requests = (0..<3).map { index in
                BatchRequest(
                    customID: CustomID("r\(index)"), endpoint: .embeddings,
                    body: ["model": .string(service.model), "input": ["a text"], "dimensions": 256])
            }
            let batch = try await Batch.create(
                .requests(requests), provider: try service.provider(simulator, bench), storage: bench.storage)
            try await batch.wait()
            let results = try await batch.results().all()
            #expect(results.allSatisfy { $0.embedding?.count == 256 && $0.usage.input == 14 })
            let lines = results.compactMap(\.line).joined(separator: Array("\n".utf8))
            let file = bench.path("results.jsonl")
            try Data(lines).write(to: URL(filePath: file))
            let read = try await PythonServer.script("check_results", ["embeddings", file], Tool(folder: bench.folder))
            #expect(read.output == "3 0\n", "\(read.errors)")
        }
    }
}
