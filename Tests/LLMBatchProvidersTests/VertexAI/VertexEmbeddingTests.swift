import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Vertex AI: embeddings", .timeLimit(.minutes(2)))
struct VertexEmbeddingTests {
    static let first = "gemini-embedding-001"
    static let second = "publishers/google/models/gemini-embedding-2"

    static func line(
        _ body: String, model: String, options: [String: String] = [:], endpoint: Endpoint = .embeddings
    ) throws -> String {
        let line = #"{"custom_id":"x","method":"POST","url":"\#(endpoint)","body":\#(body)}"#
        let request = BatchRequest(customID: "x", endpoint: endpoint, model: nil, line: Array(line.utf8))
        let outgoing = OutgoingRequest(request, model: model, id: "x")
        let provider = try VertexTranslationTests.provider(options: options)
        return String(decoding: try provider.inputLine(of: outgoing), as: UTF8.self)
    }

    @Test(
        "An embedding row has a key",
        arguments: [
            (second, #"{"model":"m","input":"Hi"}"#, #"{"content":{"parts":[{"text":"Hi"}]}}"#),
            (
                second, #"{"input":["Hi"],"dimensions":768}"#,
                #"{"content":{"parts":[{"text":"Hi"}]},"embed_content_config":{"output_dimensionality":768}}"#
            ),
            (
                first, #"{"input":"Hi","dimensions":768,"task_type":"CLUSTERING","title":"T"}"#,
                #"{"content":{"parts":[{"text":"Hi"}]},"embed_content_config":{"output_dimensionality":768,"task_type":"CLUSTERING","title":"T"}}"#
            ),
        ])
    func aRowHasAKey(_ model: String, _ body: String, _ wanted: String) throws {
        #expect(try Self.line(body, model: model) == #"{"key":"x","request":\#(wanted)}"#)
    }

    @Test(
        "A setting that cannot be translated is rejected by name",
        arguments: [
            (first, #"{"input":["a","b"]}"#, "input"), (first, #"{"input":"a","user":"u"}"#, "user"),
            (second, #"{"input":"a","task_type":"CLUSTERING"}"#, "task_type"),
            ("text-embedding-005", #"{"input":"a"}"#, "model"), ("gemini-2.5-flash", #"{"input":"a"}"#, "model"),
            ("claude-sonnet-4-5", #"{"input":"a"}"#, "model"),
        ])
    func whatCannotBeSaidIsRefusedByName(_ model: String, _ body: String, _ field: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) { try Self.line(body, model: model) }
        #expect(refusal?.field == field)
    }

    @Test("An embedding model is not used for chat completions")
    func aModelThatEmbedsIsNotAskedForChat() throws {
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.line(
                #"{"messages":[{"role":"user","content":"a"}]}"#, model: Self.first, endpoint: .chatCompletions)
        }
        #expect(refusal?.field == "model")
    }

    @Test("Native bodies are sent unchanged")
    func nativeBodiesGoOutUntouched() throws {
        let body = #"{ "content":{"parts":[{"text":"a"}]} }"#
        let line = try Self.line(body, model: Self.first, options: ["native": "true"])
        #expect(line == #"{"key":"x","request":\#(body)}"#)
    }

    @Test("A batch runs from submission to results")
    func aBatchGoesThrough() async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                switch request.customID {
                case "r1": .httpError(status: 400, code: nil, message: "no such thing")
                case "r2": .silent
                case "r3": .raw(Data(#"{"key":"r3","status":"","response":{"embed"#.utf8))
                default: .success
                }
            }
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let requests = (0..<5).map { index in
                BatchRequest(
                    customID: CustomID("r\(index)"), endpoint: .embeddings,
                    body: ["model": .string(Self.first), "input": "a", "dimensions": 256])
            }
            let batch = try await Batch.create(
                .requests(requests), provider: try VertexAITests.provider(simulator, bench: bench),
                storage: bench.storage)
            try await batch.wait()
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.outcome == .succeeded && byID["r0"]?.embedding?.count == 256)
            #expect(byID["r0"]?.usage.input == 14 && byID["r4"]?.embedding?.first == 0.0078125)
            #expect(byID["r1"]?.outcome == .errored && byID["r1"]?.error?.code == "INVALID_ARGUMENT")
            #expect(byID["r2"]?.outcome == .missing)
            #expect(byID["r3"]?.outcome == .errored && byID["r3"]?.error?.code == "unreadable_result")
            #expect(simulator.ledger.acceptedJobs.map(\.endpoint) == ["/v1/embeddings"])
        }
    }
}
