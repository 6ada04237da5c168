import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Chat completions in the words of `generateContent`, and answers back.
@Suite("Gemini: translation")
struct GeminiTranslationTests {
    static func line(_ body: String, options: [String: String] = [:], model: String? = nil) throws -> String {
        let provider = try Provider.gemini(apiKey: .value("gm-key"), options: options)
        guard case .batch(let provider) = provider.kind else { return "" }
        let line = #"{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":\#(body)}"#
        let request = BatchRequest(
            customID: "x", endpoint: .chatCompletions, model: (try JSONObject(Array(body.utf8))).string("model"),
            line: Array(line.utf8))
        return String(
            decoding: try provider.inputLine(of: OutgoingRequest(request, model: model, id: "x")), as: UTF8.self)
    }

    static func request(_ body: String) throws -> String {
        let line = try JSONObject(Array(try line(body).utf8))
        return String(decoding: try #require(line.raw("request")), as: UTF8.self)
    }

    @Test("Settings and turns are translated")
    func settingsAndTurns() throws {
        let body = #"""
            {"model":"gemini-2.5-flash","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
            {"role":"assistant","content":"Yes?"},{"role":"user","content":[{"type":"text","text":"See"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]}],"temperature":0.20,"top_p":1,
            "max_completion_tokens":20,"stop":["END"],"n":2,"seed":7,"presence_penalty":0.5,"stream":false}
            """#
        let wanted =
            #"{"contents":[{"role":"user","parts":[{"text":"Hi"}]},{"role":"model","parts":[{"text":"Yes?"}]},"#
            + #"{"role":"user","parts":[{"text":"See"},{"inlineData":{"mimeType":"image/png","data":"iVBO"}}]}],"#
            + #""systemInstruction":{"parts":[{"text":"Be brief."}]},"generationConfig":{"temperature":0.20,"topP":1,"#
            + #""candidateCount":2,"presencePenalty":0.5,"seed":7,"maxOutputTokens":20,"stopSequences":["END"]}}"#
        #expect(try Self.request(body) == wanted)
    }

    @Test("Tools, tool calls and tool results are translated")
    func toolsTheirCallsAndAnswers() throws {
        let body = #"""
            {"model":"m","messages":[{"role":"user","content":"Weather?"},{"role":"assistant","content":null,"tool_calls":
            [{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"city\":\"Ghent\"}"}},
            {"id":"c2","type":"function","function":{"name":"feel","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"{\"sky\":\"grey\"}"},
            {"role":"tool","tool_call_id":"c2","content":"cold"}],
            "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object"}}}],
            "tool_choice":{"type":"function","function":{"name":"look"}}}
            """#
        let wanted =
            #"{"contents":[{"role":"user","parts":[{"text":"Weather?"}]},{"role":"model","parts":["#
            + #"{"functionCall":{"id":"c1","name":"look","args":{"city":"Ghent"}}},"#
            + #"{"functionCall":{"id":"c2","name":"feel","args":{}}}]},"#
            + #"{"role":"user","parts":[{"functionResponse":{"id":"c1","name":"look","response":{"sky":"grey"}}},"#
            + #"{"functionResponse":{"id":"c2","name":"feel","response":{"result":"cold"}}}]}],"#
            + #""tools":[{"functionDeclarations":[{"name":"look","description":"Looks","parametersJsonSchema":{"type":"object"}}]}],"#
            + #""toolConfig":{"functionCallingConfig":{"mode":"ANY","allowedFunctionNames":["look"]}}}"#
        #expect(try Self.request(body) == wanted)
    }

    @Test("Results of several calls to one function keep their order")
    func answersStandInTheOrderOfTheCallsOfOneFunction() throws {
        func call(_ id: String) -> String {
            #"{"id":"\#(id)","type":"function","function":{"name":"look","arguments":"{}"}}"#
        }
        func answer(_ id: String) -> String { #"{"role":"tool","tool_call_id":"\#(id)","content":"of \#(id)"}"# }
        let body =
            #"{"model":"m","messages":[{"role":"user","content":"Hi"},"#
            + #"{"role":"assistant","tool_calls":[\#(call("c1")),\#(call("c2"))]},\#(answer("c2")),\#(answer("c1"))]}"#
        let wanted = ["c1", "c2"].map {
            #"{"functionResponse":{"id":"\#($0)","name":"look","response":{"result":"of \#($0)"}}}"#
        }
        #expect(try Self.request(body).hasSuffix(#""parts":[\#(wanted.joined(separator: ","))]}]}"#))
    }

    @Test("A schema keeps the order of its fields")
    func aSchemaKeepsTheOrderOfItsFields() throws {
        let body =
            #"{"model":"m","messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","#
            + #""json_schema":{"name":"o","strict":true,"schema":{"type":"object","properties":{"z":{},"a":{}}}}}}"#
        #expect(
            try Self.request(body).hasSuffix(
                #""generationConfig":{"responseMimeType":"application/json","responseJsonSchema":"#
                    + #"{"type":"object","properties":{"z":{},"a":{}}}}}"#))
    }

    @Test(
        "A setting that cannot be translated is rejected by name",
        arguments: [
            (#""logprobs":true"#, "logprobs"), (#""reasoning_effort":"low""#, "reasoning_effort"),
            (#""user":"u""#, "user"), (#""made_up":1"#, "made_up"), (#""max_tokens":"many""#, "max_tokens"),
            (#""tool_choice":"required""#, "tool_choice"), (#""parallel_tool_calls":false"#, "parallel_tool_calls"),
            (#""tools":[{"type":"function","function":{"name":"f","strict":true}}]"#, "tools[0].function.strict"),
            (#""response_format":{"type":"grammar"}"#, "response_format.type"),
        ])
    func whatCannotBeSaidIsRefusedByName(_ member: String, _ field: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.line(#"{"model":"m","messages":[{"role":"user","content":"x"}],\#(member)}"#)
        }
        #expect(refusal?.field == field)
    }

    @Test(
        "A message that cannot be translated is rejected by its place",
        arguments: [
            (#"[{"role":"user","content":"x"},{"role":"system","content":"y"}]"#, "messages[1].role"),
            (
                #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://x/y.png"}}]}]"#,
                "messages[0].content[0].image_url.url"
            ),
            (
                #"[{"role":"user","content":"x"},{"role":"tool","tool_call_id":"no","content":"y"}]"#,
                "messages[1].tool_call_id"
            ),
            (#"[{"role":"user","content":"x","name":"bob"}]"#, "messages[0].name"),
            (#"[]"#, "messages"), (#"[{"role":"critic","content":"x"}]"#, "messages[0].role"),
        ])
    func aMessageThatCannotBeSaidIsRefusedByPlace(_ messages: String, _ field: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) { try Self.line(#"{"model":"m","messages":\#(messages)}"#) }
        #expect(refusal?.field == field)
    }

    @Test("A request without a model is rejected")
    func aRequestWithoutAModelIsRefused() {
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.line(#"{"messages":[{"role":"user","content":"x"}]}"#)
        }
        #expect(refusal?.field == "model")
    }

    @Test("Native bodies are sent unchanged")
    func nativeBodiesGoOutUntouched() throws {
        let body = #"{ "contents" : [{"parts":[{"text":"x"}]}],"safetySettings":[] }"#
        #expect(
            try Self.line(body, options: ["native": "true"], model: "m") == #"{"key":"x","request":\#(body)}"#)
        #expect(
            try Self.line(body, options: ["native": "true", "inline": "true"], model: "m")
                == #"{"metadata":{"key":"x"},"request":\#(body)}"#)
    }

    /// The canonical body of an answer that the service gave.
    static func answered(_ response: String) async throws -> (BatchResult, JSONObject?) {
        let script = SimulatorScript { $0.answer = { _ in .body(status: 200, text: response) } }
        return try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let batch = try await GeminiTests.run(1, on: simulator, bench: bench)
            let result = try #require(try await batch.results().all().first)
            let line = try JSONObject(try #require(result.line))
            return (result, line.object("response")?.object("body"))
        }
    }

    @Test("Tool calls in an answer get ids")
    func callsOfToolsComeBackWithIDs() async throws {
        let (result, body) = try await Self.answered(
            #"{"candidates":[{"content":{"parts":[{"text":"plan","thought":true},{"functionCall":{"name":"look","args":{"city":"Ghent"}}}],"role":"model"},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":9,"candidatesTokenCount":1,"thoughtsTokenCount":30,"cachedContentTokenCount":4,"totalTokenCount":40},"modelVersion":"gemini-2.5-flash","responseId":"r1"}"#
        )
        #expect(result.outcome == .succeeded && result.text == nil && result.finishReason == "tool_calls")
        #expect(result.usage.input == 9 && result.usage.output == 31)
        let message = body?.objects("choices")?.first?.object("message")
        let call = message?.objects("tool_calls")?.first
        #expect(call?.string("id") == "call_r0_0_0" && call?.object("function")?.string("name") == "look")
        #expect(call?.object("function")?.string("arguments") == #"{"city":"Ghent"}"#)
        #expect(body?.string("model") == "gemini-2.5-flash" && body?.string("id") == "r1")
        #expect(body?.object("usage")?.object("completion_tokens_details")?.integer("reasoning_tokens") == 30)
        #expect(body?.object("usage")?.object("prompt_tokens_details")?.integer("cached_tokens") == 4)
    }

    @Test(
        "Finish reasons are translated",
        arguments: [
            ("STOP", "stop"), ("MAX_TOKENS", "length"), ("SAFETY", "content_filter"), ("RECITATION", "content_filter"),
            ("SOMETHING_NEW", "something_new"),
        ])
    func reasonsToStop(_ theirs: String, _ ours: String) async throws {
        let (result, _) = try await Self.answered(
            #"{"candidates":[{"content":{"parts":[{"text":"a"},{"text":"b"}]},"finishReason":"\#(theirs)"}]}"#)
        #expect(result.outcome == .succeeded && result.text == "ab" && result.finishReason == ours)
    }

    @Test(
        "An empty candidate is not an answer",
        arguments: [
            (#"{"finishReason":"PROHIBITED_CONTENT"}"#, "content_filter", "PROHIBITED_CONTENT"),
            (#"{"content":{},"finishReason":"SPII"}"#, "content_filter", "SPII"),
            (#"{"content":{"parts":[]},"finishReason":"MAX_TOKENS"}"#, "empty_answer", "length"),
            (
                #"{"content":{"parts":[{"text":"Hm.","thought":true}]},"finishReason":"MAX_TOKENS"}"#, "empty_answer",
                "length"
            ),
            (
                #"{"finishReason":"MALFORMED_FUNCTION_CALL","finishMessage":"Malformed: look("}"#, "empty_answer",
                "malformed_function_call: Malformed: look("
            ),
            (#"{"content":{"parts":[{"text":""}]},"finishReason":"STOP"}"#, "empty_answer", "stop"),
            ("{}", "empty_answer", "stop"),
        ])
    func aCandidateWithNothingInItIsNoAnswer(_ candidate: String, _ code: String, _ word: String) async throws {
        let (result, _) = try await Self.answered(
            #"{"candidates":[\#(candidate)],"usageMetadata":{"promptTokenCount":9,"thoughtsTokenCount":7}}"#)
        #expect(result.outcome == .errored && result.error?.code == code, "\(String(describing: result.error))")
        #expect(result.error?.message.contains(word) == true, "\(String(describing: result.error))")
        #expect(result.usage.output == 7)
    }

    @Test("Reasoning and images are read")
    func thoughtsAndPicturesAreSeen() async throws {
        let (thought, _) = try await Self.answered(
            #"{"candidates":[{"content":{"parts":[{"text":"Hm.","thought":true},{"text":"97"}]},"finishReason":"STOP"}]}"#
        )
        #expect(thought.text == "97" && thought.reasoning == "Hm.")
        let (picture, _) = try await Self.answered(
            #"{"candidates":[{"content":{"parts":[{"inlineData":{"mimeType":"image/png","data":"iVBO"}}]}}]}"#)
        #expect(picture.outcome == .succeeded && picture.text == nil)
    }

    @Test("A response without candidates is not an answer")
    func anAnswerWithoutCandidatesIsNone() async throws {
        let (result, _) = try await Self.answered(#"{"usageMetadata":{"promptTokenCount":9}}"#)
        #expect(result.outcome == .errored && result.error?.code == "empty_answer")
    }

    @Test("The provider's line is kept")
    func theProvidersLineIsKept() async throws {
        let (result, _) = try await Self.answered(#"{"candidates":[ {"content":{"parts":[{"text":"a"}]}} ]}"#)
        #expect(
            result.nativeLine.map { String(decoding: $0, as: UTF8.self) }
                == #"{"key":"r0","response":{"candidates":[ {"content":{"parts":[{"text":"a"}]}} ]}}"#)
    }
}
