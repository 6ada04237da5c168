import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Gemini: embeddings", .timeLimit(.minutes(2)))
struct GeminiEmbeddingTests {
    static let model = "gemini-embedding-001"

    static func line(_ body: String, options: [String: String] = [:]) throws -> String {
        let provider = try Provider.gemini(model: model, apiKey: .value("k"), options: options)
        guard case .batch(let provider) = provider.kind else { return "" }
        let line = #"{"custom_id":"x","method":"POST","url":"/v1/embeddings","body":\#(body)}"#
        let request = BatchRequest(customID: "x", endpoint: .embeddings, model: nil, line: Array(line.utf8))
        return String(
            decoding: try provider.inputLine(of: OutgoingRequest(request, model: model, id: "x")), as: UTF8.self)
    }

    @Test(
        "A request is translated to embedContent",
        arguments: [
            (#"{"model":"m","input":"Hi"}"#, #"{"content":{"parts":[{"text":"Hi"}]}}"#),
            (
                #"{"input":["Hi"],"dimensions":512,"encoding_format":"float","task_type":"RETRIEVAL_DOCUMENT","title":"T"}"#,
                #"{"content":{"parts":[{"text":"Hi"}]},"outputDimensionality":512,"taskType":"RETRIEVAL_DOCUMENT","title":"T"}"#
            ),
        ])
    func aRequestIsSaidInTheWordsOfEmbedContent(_ body: String, _ wanted: String) throws {
        #expect(try Self.line(body) == #"{"key":"x","request":\#(wanted)}"#)
        let inline = try Self.line(body, options: ["inline": "true"])
        #expect(inline == #"{"metadata":{"key":"x"},"request":\#(wanted)}"#)
    }

    @Test(
        "A setting that cannot be translated is rejected by name",
        arguments: [
            (#"{"input":["a","b"]}"#, "input"), (#"{"input":[[1],[2]]}"#, "input"), (#"{"content":{}}"#, "input"),
            (#"{"input":"a","dimensions":"8"}"#, "dimensions"), (#"{"input":"a","user":"u"}"#, "user"),
            (#"{"input":"a","encoding_format":"base64"}"#, "encoding_format"),
        ])
    func whatCannotBeSaidIsRefusedByName(_ body: String, _ field: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) { try Self.line(body) }
        #expect(refusal?.field == field)
    }

    @Test("Native bodies are sent unchanged")
    func nativeBodiesGoOutUntouched() throws {
        let body = #"{ "content":{"parts":[{"text":"a"},{"text":"b"}]},"taskType":"CLUSTERING" }"#
        #expect(try Self.line(body, options: ["native": "true"]) == #"{"key":"x","request":\#(body)}"#)
    }

    static func run(
        _ bodies: [String], on simulator: ProviderSimulator, inline: String = "false", bench: borrowing Workbench
    ) async throws -> Batch {
        let lines = bodies.enumerated().map { index, body in
            #"{"custom_id":"r\#(index)","method":"POST","url":"/v1/embeddings","body":\#(body)}"#
        }
        let path = bench.path("in.jsonl")
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
        let provider = try Provider.gemini(
            model: model, baseURL: simulator.origin, apiKey: .value("gm-secret-key"),
            options: Workbench.patient.merging(["inline": inline]) { $1 })
        let batch = try await Batch.create(jsonl: path, provider: provider, storage: bench.storage)
        try await batch.wait()
        return batch
    }

    @Test("A batch runs by file and inline", arguments: ["false", "true"]) func aBatchGoesThroughByFileAndInline(
        _ inline: String
    ) async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                switch request.customID {
                case "r1": .httpError(status: 400, code: nil, message: "no such thing")
                case "r2": .silent
                case "r3": .body(status: 200, text: #"{"embedding":{}}"#)
                default: .success
                }
            }
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let body = #"{"input":"a","dimensions":256}"#
            let batch = try await Self.run(
                Array(repeating: body, count: 4), on: simulator, inline: inline, bench: bench)
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.outcome == .succeeded && byID["r0"]?.embedding?.count == 256)
            #expect(byID["r0"]?.usage.input == 14 && byID["r0"]?.embedding?.first == 0.0078125)
            #expect(byID["r1"]?.outcome == .errored && byID["r1"]?.error?.code == "INVALID_ARGUMENT")
            #expect(byID["r2"]?.outcome == .missing)
            #expect(byID["r3"]?.outcome == .errored && byID["r3"]?.error?.code == "empty_answer")
            let create = try #require(simulator.ledger.calls(.createBatch).first)
            #expect(create.path == "/v1beta/models/\(Self.model):asyncBatchEmbedContent")
            #expect(simulator.ledger.acceptedJobs.map(\.endpoint) == ["/v1/embeddings"])
        }
    }

    /// The service is seen to write vectors and tokens in more than one place.
    @Test(
        "Numbers keep their notation",
        arguments: [
            (#"{"embedding":{"values":[0.10,-2e-3]},"tokenCount":"7"}"#, 7),
            (#"{"embedding":{"values":[0.10,-2e-3]},"usageMetadata":{"promptTokenCount":7}}"#, 7),
            (#"{"embeddings":[{"values":[0.10,-2e-3]}]}"#, nil),
        ])
    func theNumbersStayAsTheyWereWritten(_ response: String, _ tokens: Int?) async throws {
        let script = SimulatorScript { $0.answer = { _ in .body(status: 200, text: response) } }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run([#"{"input":"a"}"#], on: simulator, bench: bench)
            let result = try #require(try await batch.results().all().first)
            #expect(result.outcome == .succeeded && result.usage.input == tokens)
            let line = try JSONObject(try #require(result.line))
            let entry = line.object("response")?.object("body")?.objects("data")?.first
            #expect(entry?.raw("embedding").map { String(decoding: $0, as: UTF8.self) } == "[0.10,-2e-3]")
        }
    }

    /// Google's own client reads the second form; chat completions have the first.
    @Test(
        "Inline answers are read wherever the job contains them",
        arguments: [
            #"{"inlinedResponses":{"inlinedResponses":[ANSWER]}}"#,
            #"{"inlinedEmbedContentResponses":{"inlinedResponses":[ANSWER]}}"#, #"{"inlinedResponses":[ANSWER]}"#,
        ], [true, false])
    func answersWithinTheJobAreReadWhereverTheyStand(_ form: String, _ isInResponse: Bool) async throws {
        let output = form.replacing(
            "ANSWER", with: #"{"metadata":{"key":"r0"},"response":{"embedding":{"values":[0.5,1]}}}"#)
        let place = isInResponse ? #""metadata":{},"response":\#(output)"# : #""metadata":{"output":\#(output)}"#
        let body = #"{"name":"batches/b","done":true,\#(place)}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 200, body: body), on: .getBatch, calls: 1...)]
        }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run([#"{"input":"a"}"#], on: simulator, inline: "true", bench: bench)
            let result = try #require(try await batch.results().all().first)
            #expect(result.outcome == .succeeded && result.embedding == [0.5, 1])
        }
    }

    @Test("A typed job embeds rows")
    func aTypedJobEmbedsRows() async throws {
        try await ProviderSimulator.withRunning(.gemini) { simulator in
            let provider = try Provider.gemini(
                model: Self.model, baseURL: simulator.origin, apiKey: .value("k"), options: Workbench.patient)
            let job = try Job.embeddings(of: "text", batchSize: 1, parameters: ["dimensions": 16])
            let found = try await job.run(on: provider, data: ["a", "b", "c"].map { ["text": $0] })
            #expect(found.data.map(\.value.count) == [16, 16, 16])
        }
    }
}
