import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// What is Mistral's own; the rest is in the conformance suite.
@Suite("Mistral", .timeLimit(.minutes(2)))
struct MistralTests {
    static func provider(_ simulator: ProviderSimulator, options: [String: String] = [:]) throws -> Provider {
        try .mistral(
            baseURL: simulator.origin, apiKey: .value("ms-secret-key"),
            options: Workbench.hurry.merging(options) { _, given in given })
    }

    static func run(
        _ requests: RequestSource, on simulator: ProviderSimulator, options: [String: String] = [:]
    ) async throws -> Batch {
        let batch = try await Batch.create(requests, provider: try provider(simulator, options: options))
        try await batch.wait()
        return batch
    }

    @Test("Errors in any format keep their reason")
    func errorsInAnyFormKeepTheirReason() async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                switch request.lineIndex {
                case 0: .httpError(status: 400, code: nil, message: "flat")
                case 1:
                    .body(
                        status: 422,
                        text: #"{"detail":[{"loc":["body","top_p"],"msg":"too large","type":"less_than"}]}"#)
                case 2:
                    .body(
                        status: 400,
                        text:
                            #"{"object":"error","message":{"detail":[{"loc":["body"],"msg":"nested","type":"value_error"}]},"code":null}"#
                    )
                case 3:
                    .body(
                        status: 404,
                        text: #"{"object":"error","message":"no model","type":"invalid_model","code":1500}"#)
                case 4: .rawError(text: #"{"custom_id":"r4","response":null,"error":"broken"}"#)
                default: .body(status: 500, text: "{}")
                }
            }
        }
        try await ProviderSimulator.withRunning(.mistral, script) { simulator in
            let batch = try await Self.run(Workbench.requests(6), on: simulator)
            let errors = try await batch.results().all().map { "\($0.error?.code ?? ""): \($0.error?.message ?? "")" }
            #expect(
                errors == [
                    "invalid_request_error: flat", "less_than: body.top_p: too large", "value_error: body: nested",
                    "1500: no model", "error: broken", "http_500: the provider answered HTTP 500 without a reason",
                ])
        }
    }

    @Test("A job that ended early keeps its answers", arguments: ["expired", "cancelled"])
    func partial(_ end: String) async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", end]
            $0.answeredBeforeEnd = 2
        }
        try await ProviderSimulator.withRunning(.mistral, script) { simulator in
            let batch = try await Self.run(Workbench.requests(5), on: simulator)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2, end == "expired" ? .expired : .cancelled: 3]))
        }
    }

    @Test("A failed job gives the reason")
    func aJobThatFailsSaysWhy() async throws {
        let script = SimulatorScript { $0.statuses = ["validating", "failed"] }
        try await ProviderSimulator.withRunning(.mistral, script) { simulator in
            let batch = try await Self.run(Workbench.requests(1), on: simulator)
            let result = try #require(try await batch.results().all().first)
            #expect(result.outcome == .errored && result.error?.message.contains("The job failed.") == true)
        }
    }

    @Test("The token is in the file's name and in the metadata")
    func theTokenIsInTheFilesNameAndTheMetadata() async throws {
        try await ProviderSimulator.withRunning(.mistral) { simulator in
            let batch = try await Self.run(Workbench.requests(1), on: simulator, options: ["timeout-hours": "48"])
            let state = try #require(try await batch.providerJobs().first?.state)
            let token = try #require(state.token)
            #expect(simulator.ledger.uploads.first?.filename == "llmbatch-\(token).jsonl")
            let sent = try JSONObject(Array(try #require(simulator.ledger.calls(.createBatch).first?.body)))
            #expect(sent.object("metadata")?.string("llmbatch_token") == token)
            #expect(sent.integer("timeout_hours") == 48 && sent.string("model") == "gpt-test")
            let left = try #require(state.expiresAt).timeIntervalSinceNow
            #expect(left > 47 * 3600 && left <= 48 * 3600)
        }
    }

    @Test("Embeddings and moderations are accepted")
    func embeddingsAndModerationsAreTaken() async throws {
        try await ProviderSimulator.withRunning(.mistral) { simulator in
            for (endpoint, body) in [
                (
                    Endpoint.embeddings,
                    ["model": "mistral-embed", "input": "x", "dimensions": 8] as [String: JSONValue]
                ),
                (.moderations, ["model": "mistral-moderation", "input": "x"]),
            ] {
                let request = BatchRequest(customID: "a", endpoint: endpoint, body: body)
                let batch = try await Self.run(.requests([request]), on: simulator)
                let counts = try await batch.counts()
                #expect(counts == .of([.succeeded: 1]))
            }
        }
    }

    private static func completion(_ choice: String) -> SimulatedAnswer {
        .body(
            status: 200,
            text: #"{"id":"c","object":"chat.completion","model":"m","choices":[{"index":0,\#(choice)}],"#
                + #""usage":{"prompt_tokens":3,"completion_tokens":2,"total_tokens":5}}"#)
    }

    @Test("Text in chunks is joined, and reasoning is kept apart")
    func aTextInChunksIsOneTextBesideItsThoughts() async throws {
        let chunks =
            #"[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},{"type":"text","text":"Forty"},"#
            + #"{"type":"reference","reference_ids":[1]},{"type":"text","text":"-two"}]"#
        let script = SimulatorScript {
            $0.answer = { request in
                let content = request.lineIndex == 0 ? chunks : #"[{"type":"thinking","thinking":[]}]"#
                return Self.completion(#""finish_reason":"stop","message":{"role":"assistant","content":\#(content)}"#)
            }
        }
        try await ProviderSimulator.withRunning(.mistral, script) { simulator in
            let batch = try await Self.run(Workbench.requests(2), on: simulator)
            let results = try await batch.results().all()
            // Thoughts alone are no answer.
            #expect(results.map(\.outcome) == [.succeeded, .errored] && results[1].error?.code == "empty_answer")
            #expect(results.map(\.text) == ["Forty-two", nil] && results[0].reasoning == "Hm.")
            let body = try #require((try JSONObject(results[0].openAILine)).object("response")?.object("body"))
            #expect(body.objects("choices")?.first?.object("message")?.string("content") == "Forty-two")
            #expect(String(decoding: try #require(results[0].nativeLine), as: UTF8.self).contains(chunks))
        }
    }

    @Test("Finish reasons are OpenAI's")
    func reasonsToFinishAreThoseOfOpenAI() async throws {
        let reasons = ["stop", "model_length", "error"]
        let script = SimulatorScript {
            $0.answer = { request in
                let reason = reasons[request.lineIndex ?? 0]
                return Self.completion(
                    #""finish_reason":"\#(reason)","message":{"role":"assistant","content":"so far"}"#)
            }
        }
        try await ProviderSimulator.withRunning(.mistral, script) { simulator in
            let batch = try await Self.run(Workbench.requests(3), on: simulator)
            let results = try await batch.results().all()
            #expect(results.map(\.outcome) == [.succeeded, .succeeded, .errored])
            #expect(results.map(\.finishReason) == ["stop", "length", nil])
            #expect(results[2].error?.code == "answer_broken_off" && results[2].usage.output == 2)
            #expect(String(decoding: try #require(results[2].nativeLine), as: UTF8.self).contains("so far"))
        }
    }

    @Test("A list that grows while it is read is read to its end")
    func aListThatGrowsWhileItIsReadIsReadToItsEnd() async throws {
        // Between the two pages a job was made: the last of the first page is the first of the second.
        func page(_ jobs: [(id: String, token: String)]) -> Trouble.Kind {
            let list = jobs.map { job in
                #"{"id":"\#(job.id)","status":"QUEUED","metadata":{"llmbatch_token":"\#(job.token)"}}"#
            }
            return .respond(status: 200, body: #"{"data":[\#(list.joined(separator: ","))],"total":3}"#)
        }
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(page([("a", "x"), ("b", "x")]), on: .listBatches),
                Trouble(page([("b", "x"), ("c", "wanted")]), on: .listBatches, calls: 2...2),
            ]
        }
        try await ProviderSimulator.withRunning(.mistral, script) { simulator in
            guard case .batch(let provider) = try Self.provider(simulator).kind else { return }
            let trace = ProviderJobFingerprint(
                token: "wanted", inputFileID: nil, since: .distantPast, requests: 1, idPrefix: "llmb")
            #expect(try await provider.jobs(matching: trace).map(\.id) == ["c"])
        }
    }

    static func body(
        _ body: String, endpoint: Endpoint = .chatCompletions, options: [String: String] = [:], model: String? = nil
    ) throws -> String {
        let provider = try Provider.mistral(apiKey: .value("ms-key"), options: options)
        guard case .batch(let provider) = provider.kind else { return "" }
        let line = #"{"custom_id":"x","method":"POST","url":"\#(endpoint)","body":\#(body)}"#
        let request = BatchRequest(
            customID: "x", endpoint: endpoint, model: (try JSONObject(Array(body.utf8))).string("model"),
            line: Array(line.utf8))
        let made = try JSONObject(try provider.inputLine(of: OutgoingRequest(request, model: model, id: "x")))
        #expect(made.members.map(\.key) == ["custom_id", "body"])
        return String(decoding: try #require(made.raw("body")), as: UTF8.self)
    }

    @Test("Chat completions are translated to Mistral's format")
    func chatCompletionsAreSaidInMistralsWords() throws {
        let asked = #"""
            {"model":"m","messages":[{"role":"developer","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"See"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]},{"role":"assistant","content":null,"tool_calls":
            [{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"a\": 1}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"grey"}],"max_completion_tokens":20,"seed":7,"temperature":0.50,
            "stream":false,"response_format":{"type":"json_object"}}
            """#
        let wanted =
            #"{"model":"m2","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":["#
            + #"{"type":"text","text":"See"},{"type":"image_url","image_url":"data:image/png;base64,iVBO"}]},"#
            + #"{"role":"assistant","content":"","tool_calls":[{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"a\":1}"}}]},"#
            + #"{"role":"tool","tool_call_id":"c1","name":"look","content":"grey"}],"max_tokens":20,"temperature":0.50,"#
            + #""response_format":{"type":"json_object"},"random_seed":7}"#
        #expect(try Self.body(asked, model: "m2") == wanted)
        #expect(
            try Self.body(#"{"model":"e","input":["a"],"dimensions":8}"#, endpoint: .embeddings)
                == #"{"model":"e","input":["a"],"output_dimension":8}"#)
        let native = #"{"model": "m",  "messages": [], "guardrails": []}"#
        #expect(try Self.body(native, options: ["native": "true"]) == native)
    }

    @Test(
        "A setting that cannot be translated is rejected",
        arguments: [("user", #""u""#), ("verbosity", #""low""#), ("web_search_options", "{}"), ("store", "true")])
    func whatCannotBeSaidIsRefused(_ member: String, _ value: String) {
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.body(#"{"model":"m","messages":[{"role":"user","content":"?"}],"\#(member)":\#(value)}"#)
        }
        #expect(refusal?.field == member)
    }
}
