import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Embeddings of Amazon Titan and of Cohere on Bedrock.
@Suite("Bedrock: embeddings", .timeLimit(.minutes(2)))
struct BedrockEmbeddingTests {
    static let titan = "amazon.titan-embed-text-v2:0"
    static let titan1 = "amazon.titan-embed-text-v1"
    static let cohere = "cohere.embed-multilingual-v3"
    static let cohere4 = "us.cohere.embed-v4:0"

    static func line(
        _ body: String, model: String, options: [String: String] = [:], endpoint: Endpoint = .embeddings
    ) throws -> String {
        let provider = try Provider.bedrock(
            bucket: "batches", role: BedrockTests.role, region: "us-east-1",
            keys: .keys(accessKeyID: "A", secretAccessKey: "none"), options: options)
        guard case .batch(let provider) = provider.kind else { return "" }
        let line = #"{"custom_id":"x","method":"POST","url":"\#(endpoint)","body":\#(body)}"#
        let request = BatchRequest(customID: "x", endpoint: endpoint, model: nil, line: Array(line.utf8))
        let bytes = try provider.inputLine(of: OutgoingRequest(request, model: model, id: "x"))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test(
        "A request is translated to the model's format",
        arguments: [
            (titan, #"{"model":"m","input":"Hi"}"#, #"{"inputText":"Hi"}"#),
            (
                titan, #"{"input":["Hi"],"dimensions":512,"encoding_format":"float","normalize":false}"#,
                #"{"inputText":"Hi","dimensions":512,"normalize":false}"#
            ),
            (titan1, #"{"input":"Hi","user":null}"#, #"{"inputText":"Hi"}"#),
            (cohere, #"{"input":"Hi"}"#, #"{"texts":["Hi"],"input_type":"search_document"}"#),
            (
                cohere, #"{"input":["a","b"],"input_type":"search_query","truncate":"END"}"#,
                #"{"texts":["a","b"],"input_type":"search_query","truncate":"END"}"#
            ),
            (
                cohere4, #"{"input":"Hi","dimensions":256}"#,
                #"{"texts":["Hi"],"input_type":"search_document","output_dimension":256}"#
            ),
        ])
    func aRequestIsSaidInTheModelsForm(_ model: String, _ body: String, _ wanted: String) throws {
        #expect(try Self.line(body, model: model) == #"{"recordId":"x","modelInput":\#(wanted)}"#)
    }

    @Test(
        "A setting that the model does not support is rejected by name",
        arguments: [
            (titan, #"{"input":["a","b"]}"#, "input"), (titan, #"{"input":[1,2]}"#, "input"),
            (titan, #"{"input":[]}"#, "input"), (titan, #"{"inputs":"a"}"#, "input"),
            (titan, #"{"input":"a","encoding_format":"base64"}"#, "encoding_format"),
            (titan, #"{"input":"a","user":"u"}"#, "user"), (titan, #"{"input":"a","input_type":"x"}"#, "input_type"),
            (titan1, #"{"input":"a","dimensions":256}"#, "dimensions"),
            (titan1, #"{"input":"a","normalize":true}"#, "normalize"),
            (cohere, #"{"input":"a","dimensions":256}"#, "dimensions"), (cohere, #"{"input":[["a"]]}"#, "input"),
            (cohere, #"{"input":\#(Array(repeating: "a", count: 97))}"#, "input"),
        ])
    func whatAModelCannotBeAskedIsRefusedByName(_ model: String, _ body: String, _ field: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) { try Self.line(body, model: model) }
        #expect(refusal?.field == field)
    }

    /// Neither in the canonical form nor in its own: the answer could not be read.
    @Test("A model is used only for the endpoints it supports", arguments: ["false", "true"])
    func aModelIsAskedOnlyForWhatItGives(_ native: String) throws {
        let options = ["native": native]
        for model in [BedrockTests.claude, "amazon.nova-lite-v1:0", "acme.rocket-v1:0"] {
            let refusal = #expect(throws: RequestRefusal.self) {
                try Self.line(#"{"input":"a"}"#, model: model, options: options)
            }
            #expect(refusal?.field == "model")
        }
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.line(
                #"{"messages":[{"role":"user","content":"a"}]}"#, model: Self.titan, options: options,
                endpoint: .chatCompletions)
        }
        #expect(refusal?.field == "model")
    }

    @Test("Native bodies are sent unchanged")
    func nativeBodiesGoOutUntouched() throws {
        let body = #"{ "inputText":"a","embeddingTypes":["binary"] }"#
        #expect(
            try Self.line(body, model: Self.titan, options: ["native": "true"])
                == #"{"recordId":"x","modelInput":\#(body)}"#)
    }

    @Test("An option names the model family if the ARN does not")
    func aFamilyIsToldWhereTheARNDoesNot() throws {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3"
        for (family, wanted) in [("titan-embed", #"{"inputText":"a"}"#), ("cohere-embed", #"{"texts":["a"]"#)] {
            let line = try Self.line(#"{"input":"a"}"#, model: arn, options: ["family": family])
            #expect(line.contains(wanted))
        }
    }

    // MARK: - Through the service

    static func run(
        _ bodies: [String], model: String, on simulator: ProviderSimulator, bench: borrowing Workbench
    ) async throws -> Batch {
        let lines = bodies.enumerated().map { index, body in
            #"{"custom_id":"r\#(index)","method":"POST","url":"/v1/embeddings","body":\#(body)}"#
        }
        let path = bench.path("in.jsonl")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
        let provider = try Provider.bedrock(
            model: model, bucket: "batches", role: BedrockTests.role, region: "us-east-1", baseURL: simulator.origin,
            keys: .keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret"),
            options: Workbench.hurry.merging([
                "s3-endpoint": simulator.origin, "iam-endpoint": simulator.origin, "minimum-requests": "1",
            ]) { $1 })
        let batch = try await Batch.create(jsonl: path, provider: provider, storage: bench.storage)
        try await batch.wait()
        return batch
    }

    static func data(_ result: BatchResult) throws -> (body: JSONObject, vectors: [[Double]]) {
        let line = try JSONObject(try #require(result.line))
        let body = try #require(line.object("response")?.object("body"))
        let vectors = try (body.objects("data") ?? []).map { entry in
            try JSONDecoder().decode([Double].self, from: Data(try #require(entry.raw("embedding"))))
        }
        return (body, vectors)
    }

    @Test("Titan's vectors are returned with their token counts")
    func textsOfTitanComeBackAsVectorsWithTheirTokens() async throws {
        try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account)) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(
                [#"{"input":"a","dimensions":256}"#, #"{"input":["b"]}"#], model: Self.titan, on: simulator,
                bench: bench)
            let results = try await batch.results().all().sorted { $0.customID.rawValue < $1.customID.rawValue }
            #expect(results.map(\.outcome) == [.succeeded, .succeeded])
            let first = try Self.data(try #require(results.first))
            #expect(first.body.string("object") == "list" && first.body.string("model") == Self.titan)
            #expect(first.vectors.map(\.count) == [256] && first.vectors.first?.first == 0.0078125)
            #expect(results.first?.usage.input == 14 && first.body.object("usage")?.integer("total_tokens") == 14)
            #expect(results.first?.embedding?.count == 256)
        }
    }

    @Test("All texts of a Cohere request get their vectors in order")
    func allTextsOfARequestToCohereComeBackInTheirOrder() async throws {
        try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account)) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(
                [#"{"input":["a","b","c"]}"#], model: Self.cohere, on: simulator, bench: bench)
            let result = try #require(try await batch.results().all().first)
            #expect(result.outcome == .succeeded && result.usage.input == nil)
            let (body, vectors) = try Self.data(result)
            let wanted: [Double] = [0.0078125, 0.015625, 0.0234375]
            #expect(vectors.compactMap(\.first) == wanted)
            #expect(body.objects("data")?.map { $0.integer("index") } == [0, 1, 2])
        }
    }

    @Test(
        "Numbers keep their notation",
        arguments: [
            (titan, #"{"embedding":[0.10,-2e-3],"inputTextTokenCount":3}"#, "[0.10,-2e-3]"),
            (titan, #"{"embeddingsByType":{"binary":[0,1]},"inputTextTokenCount":3}"#, "[0,1]"),
            (cohere, #"{"embeddings":[[1,2]],"id":"e","response_type":"embeddings_floats"}"#, "[1,2]"),
            (cohere4, #"{"embeddings":{"int8":[[3]],"float":[[0.5]]},"response_type":"embeddings_by_type"}"#, "[0.5]"),
            (cohere4, #"{"embeddings":{"int8":[[3]]},"response_type":"embeddings_by_type"}"#, "[3]"),
        ])
    func theNumbersStayAsTheyWereWritten(_ model: String, _ output: String, _ vector: String) async throws {
        let script = SimulatorScript { $0.answer = { _ in .body(status: 200, text: output) } }
        try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run([#"{"input":"a"}"#], model: model, on: simulator, bench: bench)
            let result = try #require(try await batch.results().all().first)
            #expect(result.outcome == .succeeded)
            let entry = try Self.data(result).body.objects("data")?.first
            #expect(entry?.raw("embedding").map { String(decoding: $0, as: UTF8.self) } == vector)
        }
    }

    @Test(
        "An answer without a vector is an error",
        arguments: [
            (titan, #"{"embedding":[]}"#), (titan, #"{"embedding":"AAA="}"#), (titan, #"{"embedding":[null]}"#),
            (cohere, #"{"embeddings":[]}"#), (cohere, #"{"embeddings":[[1],[]]}"#), (cohere, #"{"message":"no"}"#),
        ])
    func whatHoldsNoVectorIsAnError(_ model: String, _ output: String) async throws {
        let script = SimulatorScript { $0.answer = { _ in .body(status: 200, text: output) } }
        try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run([#"{"input":"a"}"#], model: model, on: simulator, bench: bench)
            let result = try #require(try await batch.results().all().first)
            #expect(result.outcome == .errored && result.error?.code == "empty_answer")
        }
    }

    @Test("A job of embeddings is recovered with its endpoint")
    func aJobOfEmbeddingsIsRecoveredAsOne() async throws {
        try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account)) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run([#"{"input":"a"}"#], model: Self.titan, on: simulator, bench: bench)
            let arn = try #require(try await batch.providerJobs().first?.state.remoteID)
            let found = try await Batch.recover(
                jobARN: arn, keys: .keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret"),
                baseURL: simulator.origin,
                options: Workbench.hurry.merging(["s3-endpoint": simulator.origin, "iam-endpoint": simulator.origin]) {
                    $1
                })
            try await found.wait()
            let result = try #require(try await found.results().all().first)
            #expect(result.outcome == .succeeded && result.embedding?.count == 8)
        }
    }
}
