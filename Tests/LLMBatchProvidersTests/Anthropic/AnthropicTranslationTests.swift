import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Chat completions in the words of the Messages API, and answers back.
@Suite("Anthropic: translation")
struct AnthropicTranslationTests {
    static func line(_ body: String, options: [String: String] = [:], model: String? = nil) throws -> String {
        let provider = try Provider.anthropic(apiKey: .value("sk-ant-key"), options: options)
        guard case .batch(let provider) = provider.kind else { return "" }
        let line = #"{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":\#(body)}"#
        let request = BatchRequest(
            customID: "x", endpoint: .chatCompletions, model: (try JSONObject(Array(body.utf8))).string("model"),
            line: Array(line.utf8))
        let outgoing = OutgoingRequest(request, model: model, id: "x")
        return String(decoding: try provider.inputLine(of: outgoing), as: UTF8.self)
    }

    static func params(_ body: String, options: [String: String] = [:], model: String? = nil) throws -> String {
        let line = try JSONObject(Array(try line(body, options: options, model: model).utf8))
        return String(decoding: try #require(line.raw("params")), as: UTF8.self)
    }

    @Test("Settings and turns are translated")
    func settingsAndTurns() throws {
        let body = #"""
            {"model":"claude-a","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
            {"role":"assistant","content":"Yes?"},{"role":"user","content":[{"type":"text","text":"See"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}},
            {"type":"image_url","image_url":{"url":"https://example.org/a.png"}},
            {"type":"file","file":{"filename":"a.pdf","file_data":"data:application/pdf;base64,JVBE"}}]}],
            "temperature":0.20,"top_p":1,"max_completion_tokens":20,"stop":["END"],"n":1,"stream":false,"user":"u1"}
            """#
        let wanted =
            #"{"model":"claude-b","max_tokens":20,"system":"Be brief.","messages":[{"role":"user","content":"Hi"},"#
            + #"{"role":"assistant","content":"Yes?"},{"role":"user","content":[{"type":"text","text":"See"},"#
            + #"{"type":"image","source":{"type":"base64","media_type":"image/png","data":"iVBO"}},"#
            + #"{"type":"image","source":{"type":"url","url":"https://example.org/a.png"}},"#
            + #"{"type":"document","source":{"type":"base64","media_type":"application/pdf","data":"JVBE"},"title":"a.pdf"}]}],"#
            + #""temperature":0.20,"top_p":1,"stop_sequences":["END"],"metadata":{"user_id":"u1"}}"#
        #expect(try Self.params(body, model: "claude-b") == wanted)
    }

    @Test("A token limit is added to a request without one")
    func aLimitIsSaidWhereNoneIs() throws {
        let body = #"{"model":"m","messages":[{"role":"user","content":"Hi"}]}"#
        #expect(try Self.params(body).contains(#""max_tokens":4096"#))
        #expect(try Self.params(body, options: ["max-tokens": "9"]).contains(#""max_tokens":9,"#))
    }

    @Test("Tools, tool calls and tool results are translated")
    func toolsTheirCallsAndAnswers() throws {
        let body = #"""
            {"model":"m","max_tokens":5,"messages":[{"role":"user","content":"Weather?"},
            {"role":"assistant","content":"Looking.","tool_calls":
            [{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"city\":\"Ghent\"}"}},
            {"id":"c2","type":"function","function":{"name":"feel","arguments":"{}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"grey"},{"role":"tool","tool_call_id":"c2","content":"cold"}],
            "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object"}}}],
            "tool_choice":"required","parallel_tool_calls":false}
            """#
        let wanted =
            #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"Weather?"},{"role":"assistant","content":["#
            + #"{"type":"text","text":"Looking."},{"type":"tool_use","id":"c1","name":"look","input":{"city":"Ghent"}},"#
            + #"{"type":"tool_use","id":"c2","name":"feel","input":{}}]},{"role":"user","content":["#
            + #"{"type":"tool_result","tool_use_id":"c1","content":"grey"},"#
            + #"{"type":"tool_result","tool_use_id":"c2","content":"cold"}]}],"#
            + #""tools":[{"name":"look","description":"Looks","input_schema":{"type":"object"}}],"#
            + #""tool_choice":{"type":"any","disable_parallel_tool_use":true}}"#
        #expect(try Self.params(body) == wanted)
    }

    @Test(
        "Tool choices are translated",
        arguments: [
            ("\"none\"", #"{"type":"none"}"#), ("\"auto\"", #"{"type":"auto"}"#),
            (#"{"type":"function","function":{"name":"look"}}"#, #"{"type":"tool","name":"look"}"#),
        ])
    func choices(_ choice: String, _ wanted: String) throws {
        let body =
            #"{"model":"m","messages":[{"role":"user","content":"?"}],"tools":[{"type":"function","function":{"name":"look"}}],"tool_choice":\#(choice)}"#
        #expect(try Self.params(body).hasSuffix(#""tool_choice":\#(wanted)}"#))
    }

    private static let schema =
        #"{"type":"object","properties":{"zip":{"type":"string"},"city":{"type":"string"}},"required":["zip","city"],"additionalProperties":false}"#
    private static func asking(_ schema: String) -> String {
        #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"?"}],"response_format":{"type":"json_schema","json_schema":{"name":"place","strict":true,"schema":\#(schema)}}}"#
    }

    @Test("A schema is sent as an output format or as a tool")
    func aSchemaIsAskedAsAFormatOrATool() throws {
        let base = #"{"model":"m","max_tokens":5,"messages":[{"role":"user","content":"?"}],"#
        #expect(
            try Self.params(Self.asking(Self.schema))
                == base + #""output_config":{"format":{"type":"json_schema","schema":\#(Self.schema)}}}"#)
        #expect(
            try Self.params(Self.asking(Self.schema), options: ["structured-output": "tool"])
                == base
                + #""tools":[{"name":"llmbatch_answer","description":"Gives the answer (place) to the user.","input_schema":\#(Self.schema)}],"tool_choice":{"type":"tool","name":"llmbatch_answer"}}"#
        )
    }

    @Test(
        "A setting that cannot be translated is rejected by name",
        arguments: [
            (#""seed":1"#, "seed"), (#""logprobs":true"#, "logprobs"), (#""n":2"#, "n"),
            (#""temperature":1.5"#, "temperature"), (#""max_tokens":0"#, "max_tokens"),
            (#""max_completion_tokens":0"#, "max_tokens"),
            (#""presence_penalty":1"#, "presence_penalty"), (#""reasoning_effort":"low""#, "reasoning_effort"),
            (#""response_format":{"type":"json_object"}"#, "response_format.type"),
            (
                #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object","properties":{"a":{"type":"string","minLength":2}},"additionalProperties":false}}}"#,
                "response_format.json_schema.schema.properties.a.minLength"
            ),
            (
                #""response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"}}}"#,
                "response_format.json_schema.schema.additionalProperties"
            ),
            (
                #""messages":[{"role":"user","content":[{"type":"input_audio","input_audio":{"data":"x","format":"wav"}}]}]"#,
                "messages[0].content[0].type"
            ),
            (#""messages":[{"role":"user","content":"a"},{"role":"system","content":"b"}]"#, "messages[1].role"),
            (
                #""messages":[{"role":"user","content":"a"},{"role":"assistant","tool_calls":[{"id":"a b","function":{"name":"f","arguments":""}}]}]"#,
                "messages[1].tool_calls[0].id"
            ),
        ])
    func refusals(_ members: String, _ field: String) throws {
        let messages = members.contains(#""messages""#) ? "" : #","messages":[{"role":"user","content":"?"}]"#
        let refusal = #expect(throws: RequestRefusal.self) { try Self.line(#"{"model":"m",\#(members)\#(messages)}"#) }
        #expect(refusal?.field == field)
    }

    @Test(
        "A schema that the service would reject is rejected with its place",
        arguments: [
            (#"{"type":["object","null"]}"#, "additionalProperties"),
            (#"{"type":"string","enum":["a",["b"]]}"#, "enum"), (#"{"enum":[{"a":1}]}"#, "enum"),
            (##"{"$defs":{"a":{"type":"string"}},"allOf":[{"$ref":"#/$defs/a"}]}"##, "allOf[0].$ref"),
            (##"{"anyOf":[{"type":"null"},{"type":"array","items":{"$ref":"#"}}]}"##, "anyOf[1].items.$ref"),
            (
                ##"{"$ref":"#/$defs/a","$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/b"}},"b":{"anyOf":[{"type":"null"},{"$ref":"#/$defs/a"}]}}}"##,
                "$defs.b.anyOf[1].$ref"
            ),
            (##"{"anyOf":[{"type":"array","items":{"$ref":"#/anyOf/0"}}]}"##, "anyOf.0.items.$ref"),
            (#"{"$ref":"other.json"}"#, "$ref"),
        ])
    func refusedSchemas(_ schema: String, _ place: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) { try Self.params(Self.asking(schema)) }
        #expect(refusal?.field == "response_format.json_schema.schema.\(place)")
    }

    @Test(
        "A schema without circular references is accepted",
        arguments: [
            ##"{"anyOf":[{"$ref":"#/$defs/a"},{"$ref":"#/$defs/b"}],"$defs":{"a":{"type":"array","items":{"$ref":"#/$defs/b"}},"b":{"enum":["x",1,null,true]}}}"##,
            #"{"allOf":[{"type":["string","null"]}]}"#,
            #"{"type":["object","null"],"additionalProperties":false}"#,
        ])
    func takenSchemas(_ schema: String) throws {
        #expect(try Self.params(Self.asking(schema)).contains(schema))
    }

    @Test("A rejection names the request, its line and the field")
    func aRefusalNamesTheRequestItsLineAndField() async throws {
        let bench = try Workbench()
        let good =
            #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[{"role":"user","content":"?"}]}}"#
        let bad =
            #"{"custom_id":"b","method":"POST","url":"/v1/chat/completions","body":{"model":"m","seed":4,"messages":[{"role":"user","content":"?"}]}}"#
        try Data("\(good)\n\(bad)\n".utf8).write(to: URL(filePath: bench.path("in.jsonl")))
        try await ProviderSimulator.withRunning(.anthropic) { simulator in
            let batch = try await Batch.create(
                jsonl: bench.path("in.jsonl"), provider: try AnthropicTests.provider(simulator), storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            let text = "\(error?.message ?? "") \(error?.remedy?.description ?? "")"
            #expect(
                error?.code == .invalidInput && text.contains("b") && text.contains("line 2") && text.contains("seed"))
            #expect(simulator.ledger.calls.isEmpty)
        }
    }

    /// One answer through the whole of a batch.
    private func result(_ message: String, options: [String: String] = [:]) async throws -> BatchResult {
        let script = SimulatorScript { $0.answer = { _ in .body(status: 200, text: message) } }
        return try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let batch = try await AnthropicTests.run(1, on: simulator, options: options, bench: bench)
            return try #require(try await batch.results().all().first)
        }
    }

    @Test("An answer becomes a chat completion")
    func anAnswerBecomesAChatCompletion() async throws {
        let message =
            #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-a","content":[{"type":"thinking","thinking":"hm"},{"type":"text","text":"Hel"},{"type":"text","text":"lo"},{"type":"tool_use","id":"t1","name":"look","input":{"b": 1,"a":2.50}}],"stop_reason":"tool_use","usage":{"input_tokens":10,"cache_creation_input_tokens":3,"cache_read_input_tokens":4,"output_tokens":6,"output_tokens_details":{"thinking_tokens":2}}}"#
        let result = try await result(message)
        let line = String(decoding: try #require(result.line), as: UTF8.self)
        #expect(result.text == "Hello" && result.finishReason == "tool_calls")
        #expect(result.usage.input == 17 && result.usage.output == 6)
        #expect(
            line.contains(
                #""tool_calls":[{"id":"t1","type":"function","function":{"name":"look","arguments":"{\"b\": 1,\"a\":2.50}"}}]"#
            ))
        #expect(line.contains(#""prompt_tokens_details":{"cached_tokens":4}"#))
        #expect(line.contains(#""completion_tokens_details":{"reasoning_tokens":2}"#))
        #expect(line.contains(#""custom_id":"r0""#))
        let native = String(decoding: try #require(result.nativeLine), as: UTF8.self)
        #expect(native.contains(#""thinking":"hm""#) && native.contains(message))
    }

    @Test(
        "Stop reasons are translated",
        arguments: [
            ("end_turn", "stop"), ("stop_sequence", "stop"), ("max_tokens", "length"), ("refusal", "content_filter"),
            ("model_context_window_exceeded", "length"), ("pause_turn", "pause_turn"),
            ("newly_invented", "newly_invented"),
        ])
    func finishReasons(_ word: String, _ wanted: String) async throws {
        let message =
            #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-a","content":[{"type":"text","text":"x"}],"stop_reason":"\#(word)"}"#
        let result = try await result(message)
        #expect(result.finishReason == wanted)
    }

    @Test("The arguments of the schema's tool become the text of the answer")
    func theAnswerOfASchemaToolIsTheText() async throws {
        let message =
            #"{"id":"msg_1","type":"message","role":"assistant","model":"claude-a","content":[{"type":"text","text":"Here:"},{"type":"tool_use","id":"t1","name":"llmbatch_answer","input":{"zip":"9000","city":"Ghent"}}],"stop_reason":"tool_use"}"#
        let result = try await result(message)
        #expect(result.text == #"{"zip":"9000","city":"Ghent"}"# && result.finishReason == "stop")
    }

    @Test(
        "A message given as text is read, and anything else is an error",
        arguments: [
            (#""{\"id\":\"m\",\"content\":[{\"type\":\"text\",\"text\":\"in\"}]}""#, "in", nil),
            (#"{"messages":[{"role":"user","content":"?"}]}"#, nil, "echoed_request"), ("null", nil, "no_response"),
            (#"{"id":"m","content":null}"#, nil, "empty_answer"), (#"{"id":"m","content":[]}"#, nil, "empty_answer"),
            (#"{"id":"m","content":[{"type":"thinking","thinking":"Hm."}]}"#, nil, "empty_answer"),
            (#"{"id":"m","content":[],"stop_reason":"refusal"}"#, nil, "content_filter"),
        ] as [(String, String?, String?)])
    func oddMessages(_ message: String, _ text: String?, _ code: String?) async throws {
        let result = try await result(message)
        #expect(result.text == text && result.error?.code == code)
    }
}
