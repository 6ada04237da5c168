import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Chat completions as rows of Vertex AI, and rows back.
@Suite("Vertex AI: translation")
struct VertexTranslationTests {
    static func provider(options: [String: String] = [:]) throws -> any BatchProvider {
        let settings = ProviderSettings(
            name: "vertex-ai", keySource: "metadata:",
            options: ["bucket": "test-bucket", "location": "us-central1", "project": "p"].merging(options) { $1 })
        guard case .batch(let provider) = try Provider.vertexAI(settings, environment: [:]).kind else {
            throw LLMBatchError(.invalidConfiguration, "no batch provider")
        }
        return provider
    }

    static func line(_ body: String, options: [String: String] = [:], model: String? = nil) throws -> String {
        let line = #"{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":\#(body)}"#
        let request = BatchRequest(
            customID: "x", endpoint: .chatCompletions, model: (try JSONObject(Array(body.utf8))).string("model"),
            line: Array(line.utf8))
        let outgoing = OutgoingRequest(request, model: model, id: "x")
        return String(decoding: try provider(options: options).inputLine(of: outgoing), as: UTF8.self)
    }

    static let hello = #""messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]"#

    @Test(
        "A Gemini request carries its id as a label",
        arguments: ["gemini-2.5-flash", "google/gemini-2.5-flash", "publishers/google/models/gemini-2.5-flash"])
    func anIDOfGeminiTravelsAsALabel(_ model: String) throws {
        #expect(
            try Self.line(#"{"model":"\#(model)",\#(Self.hello),"max_tokens":9}"#)
                == #"{"request":{"contents":[{"role":"user","parts":[{"text":"Hi"}]}],"#
                + #""systemInstruction":{"parts":[{"text":"Be brief."}]},"generationConfig":{"maxOutputTokens":9},"#
                + #""labels":{"llmbatch_id":"x"}}}"#)
    }

    @Test(
        "A Claude row names the version instead of the model",
        arguments: [
            "claude-sonnet-4-5", "anthropic/claude-sonnet-4-5", "publishers/anthropic/models/claude-sonnet-4-5",
        ])
    func aRowOfClaudeNamesTheVersionInPlaceOfTheModel(_ model: String) throws {
        let row = try JSONObject(Array(try Self.line(#"{"model":"\#(model)",\#(Self.hello),"max_tokens":9}"#).utf8))
        let request = try #require(row.object("request"))
        #expect(row.string("custom_id") == "x" && request.string("anthropic_version") == "vertex-2023-10-16")
        #expect(!request.has("model") && request.integer("max_tokens") == 9)
        #expect(request.objects("messages")?.count == 1 && request.has("system"))
    }

    @Test("Native bodies are sent unchanged except for the label")
    func nativeBodiesGoOutUntouchedButForTheLabel() throws {
        let native = ["native": "true"]
        #expect(
            try Self.line(#"{ "contents" : [] }"#, options: native, model: "gemini-2.5-flash")
                == #"{"request":{"labels":{"llmbatch_id":"x"}, "contents" : [] }}"#)
        #expect(
            try Self.line(#"{"contents":[],"labels":{ "team":"a" }}"#, options: native, model: "gemini-2.5-flash")
                == #"{"request":{"contents":[],"labels":{"llmbatch_id":"x", "team":"a" }}}"#)
        let body = #"{ "messages":[], "max_tokens": 5 }"#
        #expect(
            try Self.line(body, options: native, model: "claude-sonnet-4-5") == #"{"custom_id":"x","request":\#(body)}"#
        )
    }

    @Test(
        "An unknown model is rejected",
        arguments: [
            #"{"model":"meta/llama-4",\#(hello)}"#, #"{"model":"publishers/mistral/models/x",\#(hello)}"#,
            #"{"model":"a/b/c",\#(hello)}"#, #"{\#(hello)}"#,
        ])
    func aModelThatIsNotKnownIsRefused(_ body: String) {
        let refusal = #expect(throws: RequestRefusal.self) { try Self.line(body) }
        #expect(refusal?.field == "model")
    }

    @Test("A setting that Claude does not support is rejected by name")
    func whatClaudeCannotBeAskedIsRefusedByName() {
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.line(#"{"model":"claude-sonnet-4-5",\#(Self.hello),"n":2}"#)
        }
        #expect(refusal?.field == "n")
        let picture = #"{"type":"image_url","image_url":{"url":"https://a.example/a.png"}}"#
        let address = #expect(throws: RequestRefusal.self) {
            try Self.line(#"{"model":"claude-sonnet-4-5","messages":[{"role":"user","content":[\#(picture)]}]}"#)
        }
        #expect(address?.field == "messages[0].content[0].image_url.url")
    }

    @Test(
        "A missing setting is named",
        arguments: [
            ([:], "project"), (["project": "p"], "location"), (["project": "p", "location": "us-central1"], "bucket"),
            (["project": "p", "location": "evil.example/", "bucket": "test-bucket"], "no location"),
            (["project": "p", "location": "us-central1", "bucket": "gs://No Bucket"], "names no bucket"),
        ] as [([String: String], String)])
    func whatIsMissingIsNamed(_ options: [String: String], _ word: String) {
        let error = #expect(throws: LLMBatchError.self) {
            try Provider.vertexAI(
                ProviderSettings(name: "vertex-ai", keySource: "metadata:", options: options), environment: [:])
        }
        #expect(error?.code == .invalidConfiguration && error?.message.contains(word) == true)
    }

    /// The result of a row that the service sends.
    static func result(_ row: String, model: String = VertexAITests.gemini) async throws -> BatchResult {
        let script = SimulatorScript { $0.answer = { _ in .raw(text: row) } }
        return try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await VertexAITests.run(1, model: model, on: simulator, bench: bench)
            return try #require(try await batch.results().all().first)
        }
    }

    @Test(
        "The reasons of failed rows are read",
        arguments: [
            (
                #"Bad Request: {\"error\":{\"code\":429,\"message\":\"slow\",\"status\":\"RESOURCE_EXHAUSTED\"}}"#,
                "RESOURCE_EXHAUSTED", "slow"
            ),
            (#"{\"code\":3,\"message\":\"bad\"}"#, "INVALID_ARGUMENT", "bad"),
            ("INTERNAL: it broke", "INTERNAL", "INTERNAL: it broke"), ("it broke {", "row_failed", "it broke {"),
        ])
    func reasonsOfRowsThatFailed(_ status: String, _ code: String, _ message: String) async throws {
        let row = #"{"status":"\#(status)","request":{"labels":{"llmbatch_id":"r0"}},"response":{}}"#
        let result = try await Self.result(row)
        #expect(result.outcome == .errored && result.error?.code == code && result.error?.message == message)
        let claude = try await Self.result(
            #"{"custom_id":"r0","status":"\#(status)","response":null}"#, model: VertexAITests.claude)
        #expect(claude.outcome == .errored && claude.error?.code == code)
    }

    @Test("A cancelled row has the outcome cancelled")
    func aRowThatWasCancelledIsThat() async throws {
        let result = try await Self.result(
            #"{"status":"CANCELLED: the job was cancelled","request":{"labels":{"llmbatch_id":"r0"}}}"#)
        #expect(result.outcome == .cancelled)
    }

    @Test("Blocked and empty responses are not answers")
    func whatWasBlockedAndWhatIsSilentAreNoAnswers() async throws {
        let blocked = try await Self.result(
            #"{"status":"","request":{"labels":{"llmbatch_id":"r0"}},"response":{"promptFeedback":{"blockReason":"SAFETY"}}}"#
        )
        #expect(blocked.error?.code == "prompt_blocked")
        let silent = try await Self.result(#"{"custom_id":"r0","status":""}"#, model: VertexAITests.claude)
        #expect(silent.error?.code == "no_response")
        let error = try await Self.result(
            #"{"custom_id":"r0","response":{"type":"error","error":{"type":"overloaded_error","message":"busy"}}}"#,
            model: VertexAITests.claude)
        #expect(error.error?.code == "overloaded_error" && error.statusCode == 529)
    }

    @Test("The provider's row is kept")
    func theProvidersRowIsKept() async throws {
        let row =
            #"{"request":{"labels":{"llmbatch_id":"r0"}},"status":"", "response":{"candidates":[{"content":{"parts":[{"text":"a"}]}}]}}"#
        let result = try await Self.result(row)
        #expect(result.text == "a" && result.nativeLine.map { String(decoding: $0, as: UTF8.self) } == row)
    }

    @Test("A row without an id belongs to the only open request")
    func aRowWithoutAnIDIsTheOnlyOneThatIsOpen() async throws {
        let result = try await Self.result(#"{"status":"","request":{},"response":{}}"#)
        #expect(result.outcome == .errored && result.error?.code == "unreadable_result")
    }
}
