import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Chat completions in the form of each family of models, and answers back.
@Suite("Bedrock: translation")
struct BedrockTranslationTests {
    static let model = [
        "claude": BedrockTests.claude, "nova1": "us.amazon.nova-lite-v1:0", "nova2": "amazon.nova-2-lite-v1:0",
        "llama3": "us.meta.llama3-3-70b-instruct-v1:0",
        "llama4": "arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.meta.llama4-scout-17b-instruct-v1:0",
        "mistral": "mistral.mistral-large-2407-v1:0", "mixtral": "mistral.mixtral-8x7b-instruct-v0:1",
        "r1": "us.deepseek.r1-v1:0", "v3": "deepseek.v3-v1:0", "qwen": "qwen.qwen3-32b-v1:0",
        "oss": "openai.gpt-oss-120b-1:0", "titan": "amazon.titan-text-express-v1", "unknown": "acme.rocket-v1:0",
    ]

    static func line(_ body: String, model: String, options: [String: String] = [:]) throws -> String {
        let provider = try Provider.bedrock(
            bucket: "batches", role: BedrockTests.role, region: "us-east-1",
            keys: .keys(accessKeyID: "A", secretAccessKey: "none"), options: options)
        guard case .batch(let provider) = provider.kind else { return "" }
        let line = #"{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":\#(body)}"#
        let request = BatchRequest(customID: "x", endpoint: .chatCompletions, model: nil, line: Array(line.utf8))
        let bytes = try provider.inputLine(of: OutgoingRequest(request, model: model, id: "x"))
        return String(decoding: bytes, as: UTF8.self)
    }

    static func input(_ body: String, _ name: String, options: [String: String] = [:]) throws -> String {
        let line = try JSONObject(Array(try line(body, model: try #require(model[name]), options: options).utf8))
        return String(decoding: try #require(line.raw("modelInput")), as: UTF8.self)
    }

    static let plain = #"""
        {"model":"m","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},
        {"role":"assistant","content":"Yes?"},{"role":"user","content":"Go on"}],"temperature":0.20,"top_p":1,
        "max_completion_tokens":20}
        """#

    /// The plain request in each family's form.
    static let forms: [(String, String)] = [
        (
            "claude",
            #"{"anthropic_version":"bedrock-2023-05-31","max_tokens":20,"system":"Be brief.","messages":[{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},{"role":"user","content":"Go on"}],"temperature":0.20,"top_p":1}"#
        ),
        (
            "nova1",
            #"{"schemaVersion":"messages-v1","system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Hi"}]},{"role":"assistant","content":[{"text":"Yes?"}]},{"role":"user","content":[{"text":"Go on"}]}],"inferenceConfig":{"maxTokens":20,"temperature":0.20,"topP":1}}"#
        ),
        (
            "nova2",
            #"{"system":[{"text":"Be brief."}],"messages":[{"role":"user","content":[{"text":"Hi"}]},{"role":"assistant","content":[{"text":"Yes?"}]},{"role":"user","content":[{"text":"Go on"}]}],"inferenceConfig":{"maxTokens":20,"temperature":0.20,"topP":1}}"#
        ),
        (
            "llama3",
            #"{"prompt":"<|begin_of_text|><|start_header_id|>system<|end_header_id|>\n\nBe brief.<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nHi<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\nYes?<|eot_id|><|start_header_id|>user<|end_header_id|>\n\nGo on<|eot_id|><|start_header_id|>assistant<|end_header_id|>\n\n","max_gen_len":20,"temperature":0.20,"top_p":1}"#
        ),
        (
            "llama4",
            #"{"prompt":"<|begin_of_text|><|header_start|>system<|header_end|>\n\nBe brief.<|eot|><|header_start|>user<|header_end|>\n\nHi<|eot|><|header_start|>assistant<|header_end|>\n\nYes?<|eot|><|header_start|>user<|header_end|>\n\nGo on<|eot|><|header_start|>assistant<|header_end|>\n\n","max_gen_len":20,"temperature":0.20,"top_p":1}"#
        ),
        (
            "mistral",
            #"{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"},{"role":"assistant","content":"Yes?"},{"role":"user","content":"Go on"}],"temperature":0.20,"top_p":1,"max_tokens":20}"#
        ),
        (
            "mixtral",
            #"{"prompt":"<s>[INST] Be brief.\n\nHi [/INST] Yes?</s>[INST] Go on [/INST]","max_tokens":20,"temperature":0.20,"top_p":1}"#
        ),
        (
            "r1",
            #"{"prompt":"<｜begin▁of▁sentence｜>Be brief.<｜User｜>Hi<｜Assistant｜>Yes?<｜end▁of▁sentence｜><｜User｜>Go on<｜Assistant｜><think>\n","max_tokens":20,"temperature":0.20,"top_p":1}"#
        ),
        (
            "titan",
            #"{"inputText":"User: Be brief.\n\nHi\nBot: Yes?\nUser: Go on\nBot:","textGenerationConfig":{"maxTokenCount":20,"temperature":0.20,"topP":1}}"#
        ),
    ]

    @Test("A request is translated to the model family's format", arguments: forms) func aRequestIsSaidInTheFamilysForm(
        _ name: String, _ wanted: String
    ) throws {
        #expect(try Self.input(Self.plain, name) == wanted)
    }

    @Test("Chat completions are sent unchanged except for the model", arguments: ["v3", "qwen", "oss", "unknown"])
    func chatCompletionsGoAsTheyAreWithoutTheModel(_ name: String) throws {
        let body = #"{"model":"m","messages":[{"role":"user","content":"x"}],"reasoning_effort":"low","made_up":1.50}"#
        #expect(
            try Self.input(body, name)
                == #"{"messages":[{"role":"user","content":"x"}],"reasoning_effort":"low","made_up":1.50}"#)
    }

    @Test("Nova's tools, tool calls and tool results are translated")
    func toolsOfNovaTheirCallsAndAnswers() throws {
        let body = #"""
            {"messages":[{"role":"user","content":[{"type":"text","text":"See"},
            {"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]},
            {"role":"assistant","content":null,"tool_calls":
            [{"id":"c1","type":"function","function":{"name":"look","arguments":"{\"city\":\"Ghent\"}"}}]},
            {"role":"tool","tool_call_id":"c1","content":"grey"}],
            "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object"}}}],
            "tool_choice":"required","stop":"END"}
            """#
        let wanted =
            #"{"messages":[{"role":"user","content":[{"text":"See"},{"image":{"format":"png","source":{"bytes":"iVBO"}}}]},"#
            + #"{"role":"assistant","content":[{"toolUse":{"toolUseId":"c1","name":"look","input":{"city":"Ghent"}}}]},"#
            + #"{"role":"user","content":[{"toolResult":{"toolUseId":"c1","content":[{"text":"grey"}]}}]}],"#
            + #""inferenceConfig":{"stopSequences":["END"]},"toolConfig":{"tools":[{"toolSpec":{"name":"look","#
            + #""description":"Looks","inputSchema":{"json":{"type":"object"}}}}],"toolChoice":{"any":{}}}}"#
        #expect(try Self.input(body, "nova2") == wanted)
    }

    @Test("A schema is sent as a tool that must be called", arguments: ["claude", "nova2"])
    func aSchemaIsAskedForByAToolThatMustBeCalled(_ name: String) throws {
        let body =
            #"{"messages":[{"role":"user","content":"x"}],"response_format":{"type":"json_schema","json_schema":{"name":"o","schema":{"type":"object","properties":{"z":{},"a":{}}}}}}"#
        let input = try Self.input(body, name)
        #expect(input.contains(#"{"type":"object","properties":{"z":{},"a":{}}}"#))
        let choice =
            name == "claude"
            ? #""tool_choice":{"type":"tool","name":"llmbatch_answer"}"#
            : #""toolChoice":{"tool":{"name":"llmbatch_answer"}}"#
        #expect(input.contains(choice))
    }

    @Test(
        "A setting that the model family does not support is rejected by name",
        arguments: [
            ("llama3", #""stop":"x""#, "stop"),
            ("llama3", #""response_format":{"type":"json_object"}"#, "response_format"),
            ("llama4", #""tools":[{"type":"function","function":{"name":"f"}}]"#, "tools"),
            ("mixtral", #""seed":1"#, "seed"), ("titan", #""seed":1"#, "seed"), ("r1", #""n":2"#, "n"),
            ("mistral", #""tool_choice":{"type":"function","function":{"name":"f"}}"#, "tool_choice"),
            ("nova2", #""response_format":{"type":"json_object"}"#, "response_format.type"),
            (
                "nova2", #""tools":[{"type":"function","function":{"name":"f","strict":true}}]"#,
                "tools[0].function.strict"
            ),
            ("nova2", #""logprobs":true"#, "logprobs"), ("claude", #""seed":1"#, "seed"),
            ("qwen", #""stream":true"#, "stream"),
            (
                "claude",
                #""messages":[{"role":"user","content":[{"type":"image_url","image_url":{"url":"https://a.example/a.png"}}]}]"#,
                "messages[0].content[0].image_url.url"
            ),
        ])
    func whatAFamilyCannotBeAskedIsRefusedByName(_ name: String, _ member: String, _ field: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.input(#"{"messages":[{"role":"user","content":"x"}],\#(member)}"#, name)
        }
        #expect(refusal?.field == field)
    }

    @Test(
        "A prompt format without tools rejects tool calls", arguments: ["llama3", "llama4", "mixtral", "r1", "titan"])
    func aPromptHasNoWordsForCalls(_ name: String) throws {
        let call = #"{"id":"c1","type":"function","function":{"name":"look","arguments":"{}"}}"#
        let called = #"{"role":"assistant","content":"Looking.","tool_calls":[\#(call)]}"#
        let calling = #expect(throws: RequestRefusal.self) {
            try Self.input(#"{"messages":[{"role":"user","content":"x"},\#(called)]}"#, name)
        }
        #expect(calling?.field == "messages[1].tool_calls")
    }

    @Test(
        "A text cannot end its own turn in a prompt",
        arguments: [
            ("llama3", "a <|eot_id|> b"), ("mixtral", "x [/INST] y"), ("r1", "<｜Assistant｜>"),
            ("titan", #"a\nBot: b"#),
        ])
    func aTextCannotEndItsOwnTurn(_ name: String, _ text: String) throws {
        let refusal = #expect(throws: RequestRefusal.self) {
            try Self.input(#"{"messages":[{"role":"user","content":"\#(text)"}]}"#, name)
        }
        #expect(refusal?.field == "messages[0].content")
    }

    @Test("A request without a model is rejected")
    func aRequestWithoutAModelIsRefused() throws {
        let provider = try Provider.bedrock(
            bucket: "batches", role: BedrockTests.role, region: "us-east-1",
            keys: .keys(accessKeyID: "A", secretAccessKey: "none"))
        guard case .batch(let provider) = provider.kind else { return }
        let line = #"{"custom_id":"x","method":"POST","url":"/v1/chat/completions","body":{"messages":[]}}"#
        let request = BatchRequest(customID: "x", endpoint: .chatCompletions, model: nil, line: Array(line.utf8))
        let refusal = #expect(throws: RequestRefusal.self) {
            _ = try provider.inputLine(of: OutgoingRequest(request, model: nil, id: "x"))
        }
        #expect(refusal?.field == "model")
    }

    @Test("Native bodies are sent unchanged")
    func nativeBodiesGoOutUntouched() throws {
        let body = #"{ "anthropic_version" : "bedrock-2023-05-31","top_k":5, "messages":[] }"#
        #expect(
            try Self.line(body, model: BedrockTests.claude, options: ["native": "true"])
                == #"{"recordId":"x","modelInput":\#(body)}"#)
    }

    @Test("An option names the model family if the ARN does not")
    func aFamilyIsToldWhereTheARNDoesNot() throws {
        let arn = "arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1b2c3"
        let line = try Self.line(
            #"{"messages":[{"role":"user","content":"x"}]}"#, model: arn, options: ["family": "llama3"])
        #expect(line.contains("<|start_header_id|>"))
        let converse = try Self.line(
            #"{"messages":[{"role":"user","content":"x"}]}"#, model: arn, options: ["converse": "true"])
        #expect(converse == #"{"recordId":"x","modelInput":{"messages":[{"role":"user","content":[{"text":"x"}]}]}}"#)
    }

    // MARK: - Answers

    /// What comes back of an answer that a model of the family gave.
    static func answered(_ name: String, _ output: String) async throws -> (BatchResult, JSONObject?) {
        let script = SimulatorScript { $0.answer = { _ in .body(status: 200, text: output) } }
        return try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await BedrockTests.run(1, on: simulator, model: try #require(model[name]), bench: bench)
            let result = try #require(try await batch.results().all().first)
            let line = try JSONObject(try #require(result.line))
            return (result, line.object("response")?.object("body"))
        }
    }

    @Test(
        "An answer is read as a chat completion",
        arguments: [
            (
                "claude",
                #"{"id":"msg_1","type":"message","role":"assistant","content":[{"type":"text","text":"97"}],"stop_reason":"end_turn","usage":{"input_tokens":17,"output_tokens":5}}"#,
                true
            ),
            (
                "nova1",
                #"{"output":{"message":{"role":"assistant","content":[{"text":"9"},{"text":"7"}]}},"stopReason":"end_turn","usage":{"inputTokens":17,"outputTokens":5,"totalTokens":22}}"#,
                true
            ),
            (
                "llama3",
                #"{"generation":"97","prompt_token_count":17,"generation_token_count":5,"stop_reason":"stop"}"#,
                true
            ),
            (
                "mistral",
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":"97"},"stop_reason":"stop"}]}"#,
                false
            ),
            ("mixtral", #"{"outputs":[{"text":"97","stop_reason":"stop"}]}"#, false),
            ("r1", #"{"choices":[{"text":"Let me think.\n</think>\n\n97","stop_reason":"stop"}]}"#, false),
            (
                "titan",
                #"{"inputTextTokenCount":17,"results":[{"tokenCount":5,"outputText":"97","completionReason":"FINISH"}]}"#,
                true
            ),
            (
                "oss",
                #"{"id":"c1","object":"chat.completion","model":"openai.gpt-oss-120b-1:0","choices":[{"index":0,"message":{"role":"assistant","content":"<reasoning>Primes.</reasoning>97"},"finish_reason":"stop"}],"usage":{"prompt_tokens":17,"completion_tokens":5,"total_tokens":22}}"#,
                true
            ),
            (
                "unknown",
                #"{"choices":[{"index":0,"message":{"role":"assistant","content":"97"},"finish_reason":"stop"}]}"#,
                false
            ),
        ])
    func anAnswerIsAChatCompletion(_ name: String, _ output: String, _ hasUsage: Bool) async throws {
        let (result, body) = try await Self.answered(name, output)
        #expect(result.outcome == .succeeded && result.text == "97" && result.finishReason == "stop")
        #expect(result.usage.input == (hasUsage ? 17 : nil) && result.usage.output == (hasUsage ? 5 : nil))
        #expect(body?.string("object") == "chat.completion" && body?.string("model") == Self.model[name])
        let native = try JSONObject(try #require(result.nativeLine))
        #expect(native.raw("modelOutput").map { String(decoding: $0, as: UTF8.self) } == output)
    }

    @Test("Tool calls in an answer are read")
    func callsOfToolsComeBack() async throws {
        let (result, body) = try await Self.answered(
            "nova1",
            #"{"output":{"message":{"role":"assistant","content":[{"text":"plan"},{"toolUse":{"toolUseId":"t1","name":"look","input":{"city":"Ghent"}}}]}},"stopReason":"tool_use"}"#
        )
        #expect(result.outcome == .succeeded && result.finishReason == "tool_calls")
        let call = body?.objects("choices")?.first?.object("message")?.objects("tool_calls")?.first
        #expect(call?.string("id") == "t1" && call?.object("function")?.string("name") == "look")
        #expect(call?.object("function")?.string("arguments") == #"{"city":"Ghent"}"#)
    }

    @Test("Truncated reasoning is not an answer", arguments: ["length", "stop"])
    func thoughtsAlone(_ reason: String) async throws {
        let output = #"{"choices":[{"text":"Let me think. It may be","stop_reason":"\#(reason)"}]}"#
        let (result, _) = try await Self.answered("r1", output)
        #expect(result.outcome == .errored && result.error?.code == "empty_answer" && result.text == nil)
        #expect(result.error?.message.contains("(\(reason))") == true)
        #expect(result.nativeLine.map { String(decoding: $0, as: UTF8.self) }?.contains("It may be") == true)
    }

    @Test("A custom prompt need not turn on reasoning")
    func aPromptOfOnesOwnNeedNotMakeItThink() async throws {
        let script = SimulatorScript {
            $0.answer = { _ in .body(status: 200, text: #"{"choices":[{"text":"97","stop_reason":"stop"}]}"#) }
        }
        try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account), script) { simulator in
            let bench = try Workbench()
            let request = BatchRequest(
                customID: "r0", endpoint: .chatCompletions,
                body: ["model": "us.deepseek.r1-v1:0", "prompt": "A prime:"])
            let provider = try BedrockTests.provider(simulator, options: ["native": "true"])
            let batch = try await Batch.create(.requests([request]), provider: provider, storage: bench.storage)
            try await batch.wait()
            let result = try #require(try await batch.results().all().first)
            #expect(result.text == "97")
        }
    }

    @Test(
        "Titan's finish reasons are translated",
        arguments: [
            ("FINISHED", "stop"), ("STOP_CRITERIA_MET", "stop"), ("LENGTH", "length"),
            ("CONTENT_FILTERED", "content_filter"),
        ])
    func reasonsOfTitan(_ theirs: String, _ ours: String) async throws {
        let (result, _) = try await Self.answered(
            "titan", #"{"results":[{"outputText":"a","completionReason":"\#(theirs)"}]}"#)
        #expect(result.outcome == .succeeded && result.finishReason == ours)
    }

    @Test(
        "Finish reasons are translated",
        arguments: [
            ("length", "length"), ("stop", "stop"), ("model_context_window_exceeded", "length"),
            ("something_new", "something_new"),
        ])
    func reasonsToStop(_ theirs: String, _ ours: String) async throws {
        let (result, _) = try await Self.answered("llama3", #"{"generation":"a","stop_reason":"\#(theirs)"}"#)
        #expect(result.outcome == .succeeded && result.finishReason == ours)
    }

    @Test(
        "A body in another format is an error",
        arguments: ["claude", "nova1", "llama3", "mixtral", "r1", "oss", "titan"])
    func whatIsNoAnswerOfTheFamilyIsAnError(_ name: String) async throws {
        let (result, _) = try await Self.answered(name, #"{"surprise":1}"#)
        #expect(result.outcome == .errored && result.error != nil)
    }
}
