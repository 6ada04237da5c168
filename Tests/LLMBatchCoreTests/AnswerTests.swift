import LLMBatchCore
import Testing

/// What an answer says, and whether it is one: the same rule whoever answered.
@Suite struct AnswerTests {
    private static func line(_ body: String, status: String = "200") -> String {
        #"{"custom_id":"a","response":{"status_code":\#(status),"body":\#(body)},"error":null}"#
    }

    private static func read(_ line: String, _ endpoint: Endpoint = .chatCompletions) throws -> BatchResult {
        let read = OpenAIResultLine.read(
            Array(line.utf8), source: ResultSource(file: "output", line: 1), endpoint: endpoint)
        guard case .result(let result) = read else { throw Unreadable() }
        return result.result(
            position: 0, endpoint: endpoint, job: ProviderJobID(batch: BatchID(rawValue: "b"), attempt: 1, index: 1),
            at: .thisMillisecond)
    }

    private struct Unreadable: Error {}

    private static func chat(_ message: String, _ reason: String = "stop") -> String {
        #"{"choices":[{"index":0,"message":\#(message),"finish_reason":"\#(reason)"}]}"#
    }

    @Test(
        "An empty answer is not a success",
        arguments: [
            #"{"choices":null}"#, #"{"choices":[]}"#, #"{"choices":[null]}"#, #"{"choices":[{}]}"#, #"{"choices":{}}"#,
            "{}",
            #"{"choices":[{"index":0,"finish_reason":"length"}]}"#, chat("null"), chat("{}"), chat(#""text""#),
            chat(#"{"role":"assistant","content":null}"#), chat(#"{"content":""}"#), chat(#"{"content":[]}"#),
            chat(#"{"content":"","tool_calls":[]}"#),
            chat(#"{"content":null,"refusal":null,"reasoning_content":"Hm."}"#),
            chat(#"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]}]}"#),
            chat(#"{"content":[{"type":"text","text":""}]}"#, "length"), chat(#"{"content":""}"#, "content_filter"),
            #"{"choices":[{"text":"","finish_reason":"stop"}]}"#,
        ])
    func anAnswerWithNothingInItIsNone(_ body: String) throws {
        let result = try Self.read(Self.line(body))
        #expect(result.outcome == .errored && result.text == nil && result.toolCalls.isEmpty)
        #expect(["empty_answer", "content_filter"].contains(result.error?.code), "\(String(describing: result.error))")
    }

    @Test(
        "An answer of another endpoint is not a success",
        arguments: [
            (Endpoint.embeddings, #"{"data":[]}"#, "empty_answer"),
            (.embeddings, #"{"data":[{"embedding":[]}]}"#, "empty_answer"),
            (.embeddings, #"{"data":[{"embedding":null}]}"#, "empty_answer"),
            (.embeddings, #"{"data":[{"embedding":""}]}"#, "empty_answer"),
            (.embeddings, #"{"data":[{"embedding":[null,null]}]}"#, "empty_answer"),
            (.embeddings, #"{"data":[{"embedding":[0.5]},{"embedding":[]}]}"#, "incomplete_answer"),
            (.responses, #"{"output":[],"status":"completed"}"#, "empty_answer"),
            (.responses, #"{"output":[{"type":"reasoning","summary":[]}],"status":"incomplete"}"#, "empty_answer"),
            (.responses, #"{"output":[{"type":"message","content":[]}]}"#, "empty_answer"),
            (
                .responses, #"{"output":[{"type":"message","content":[{"type":"output_text","text":""}]}]}"#,
                "empty_answer"
            ),
            (.responses, #"{"output":null,"error":{"code":"server_error","message":"no"}}"#, "server_error"),
            (.completions, #"{"choices":[{"text":""}]}"#, "empty_answer"),
            (.moderations, #"{"results":[]}"#, "empty_answer"),
        ])
    func soIsOneOfAnotherEndpoint(_ endpoint: Endpoint, _ body: String, _ code: String) throws {
        let result = try Self.read(Self.line(body), endpoint)
        #expect(result.outcome == .errored && result.error?.code == code, "\(String(describing: result.error))")
    }

    @Test(
        "An answer with any content is a success",
        arguments: [
            (Endpoint.embeddings, #"{"data":[{"embedding":"AACAPw=="}]}"#),
            (.embeddings, #"{"data":[{"embedding":[0.5,-1e-3]}]}"#),
            (.responses, #"{"output":[{"type":"image_generation_call","result":"iVBO"}]}"#),
            (.responses, #"{"output":[{"type":"unheard_of","x":1}]}"#),
            (.chatCompletions, chat(#"{"content":null,"audio":{"id":"a","data":"AAAA"}}"#)),
            (.chatCompletions, chat(#"{"content":"","images":[{"type":"image_url"}]}"#)),
            (.chatCompletions, chat(#"{"content":[{"type":"image_url","image_url":{"url":"u"}}]}"#)),
            (.chatCompletions, #"{"choices":[{"message":{"content":""}},{"message":{"content":"yes"}}],"error":{}}"#),
            (.chatCompletions, #"{"choices":[{"message":{"content":"yes"}}],"error":""}"#),
            (.completions, #"{"choices":[{"text":"yes"}]}"#),
        ])
    func anAnswerWithSomethingInItIsOne(_ endpoint: Endpoint, _ body: String) throws {
        #expect(try Self.read(Self.line(body), endpoint).outcome == .succeeded)
    }

    @Test("Tool calls, refusals and reasoning are read")
    func callsRefusalsAndThoughtsAreSeen() throws {
        let called = try Self.read(
            Self.line(
                Self.chat(
                    #"{"content":null,"tool_calls":[{"id":"c1","type":"function","function":{"name":"get_weather","#
                        + #""arguments":"{\"city\":\"Paris\"}"}},{"type":"custom","custom":{"name":"run","input":"ls"}}]}"#,
                    "tool_calls")))
        #expect(called.outcome == .succeeded && called.text == nil)
        #expect(
            called.toolCalls == [
                .init(id: "c1", name: "get_weather", arguments: #"{"city":"Paris"}"#),
                .init(id: nil, name: "run", arguments: "ls"),
            ])
        let old = try Self.read(
            Self.line(Self.chat(#"{"content":null,"function_call":{"name":"f","arguments":{"a":1}}}"#)))
        #expect(old.toolCalls == [.init(id: nil, name: "f", arguments: #"{"a":1}"#)])
        let refused = try Self.read(Self.line(Self.chat(#"{"content":null,"refusal":"I cannot."}"#)))
        #expect(refused.outcome == .succeeded && refused.refusal == "I cannot." && refused.text == nil)
        let chunks = try Self.read(
            Self.line(
                Self.chat(
                    #"{"content":[{"type":"thinking","thinking":[{"type":"text","text":"Hm."}]},"#
                        + #"{"type":"text","text":"Forty"},{"type":"text","text":"-two"}]}"#)))
        #expect(chunks.text == "Forty-two" && chunks.reasoning == "Hm.")
        let thought = try Self.read(Self.line(Self.chat(#"{"content":"42","reasoning":"Hm."}"#)))
        #expect(thought.text == "42" && thought.reasoning == "Hm.")
        let response = try Self.read(
            Self.line(
                #"{"output":[{"type":"reasoning","summary":[{"type":"summary_text","text":"Hm."}]},"#
                    + #"{"type":"function_call","call_id":"c","name":"f","arguments":"{}"},"#
                    + #"{"type":"message","content":[{"type":"refusal","refusal":"No."}]}]}"#), .responses)
        #expect(response.toolCalls == [.init(id: "c", name: "f", arguments: "{}")])
        #expect(response.refusal == "No." && response.reasoning == "Hm." && response.text == nil)
    }

    @Test(
        "Every failure has a code",
        arguments: [
            ("404", "null", "http_404"), ("404", "{}", "http_404"), ("404", "[]", "http_404"),
            ("404", #""""#, "http_404"),
            ("429", #"{"error":{"message":"slow","code":null,"type":null}}"#, "http_429"),
            ("400", #"[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]"#, "400"),
            ("422", #"{"detail":[{"loc":["body","n"],"msg":"too small","type":"greater_than"}]}"#, "greater_than"),
            ("9223372036854775807", "null", "unreadable_body"), ("null", #"{"error":"gone"}"#, "error"),
            ("200", #""upstream is away""#, "unreadable_body"), ("200", "null", "unreadable_body"),
        ])
    func aFailureHasACode(_ status: String, _ body: String, _ code: String) throws {
        let result = try Self.read(Self.line(body, status: status))
        #expect(result.outcome == .errored && result.error?.code == code, "\(String(describing: result.error))")
        #expect(result.error?.message.isEmpty == false)
    }

    @Test("A byte order mark is skipped")
    func aByteOrderMarkIsPassedOver() throws {
        let line = Self.line(Self.chat(#"{"content":"yes"}"#))
        #expect(try Self.read("\u{FEFF}" + line).text == "yes")
        #expect(try Self.read("\u{FEFF}" + line).openAILine == Array(line.utf8))
    }

    @Test("A body that arrives as JSON text becomes an object in the result line")
    func aBodyThatCameAsATextIsAnObjectInTheLine() throws {
        let body = Self.chat(#"{"content":"yes\n\"so\""}"#)
        let line = Self.line(String(decoding: JSONNode.string(body).json, as: UTF8.self))
        let result = try Self.read(line)
        #expect(result.text == "yes\n\"so\"" && result.receivedLine == Array(line.utf8))
        #expect(String(decoding: result.openAILine, as: UTF8.self) == Self.line(body))
    }
}

/// What a body says went wrong.
@Suite struct ErrorBodyTests {
    @Test(
        "An error body is read in every known format",
        arguments: [
            (#"{"error":{"message":"no","code":"c","type":"t"}}"#, "no", "c"),
            (#"[{"error":{"message":"no","code":400}}]"#, "no", "400"),
            (#"{"error":"model 'x' not found"}"#, "model 'x' not found", nil),
            (#"{"detail":"Not Found"}"#, "Not Found", nil),
            (#"{"error":"invalid_grant","error_description":"expired"}"#, "expired", "invalid_grant"),
            (
                #"{"detail":[{"loc":["body","n"],"msg":"too small","type":"t"},{"msg":"x"}]}"#,
                "body.n: too small (and 1 more)", "t"
            ),
            (#"{"object":"error","message":"too long","type":"BadRequestError","code":400}"#, "too long", "400"),
            (#"{"errors":[{"message":"a","code":7}]}"#, "a", "7"), (#"{"errors":["a"]}"#, "a", nil),
            (#"{"title":"Too many","status":429,"detail":"wait"}"#, "wait", nil),
            (#""{\"error\":{\"message\":\"inner\"}}""#, "inner", nil),
            ("upstream away\nsecond line", "upstream away", nil),
            ("<html>\r\n<head><title>413 Request Entity Too Large</title></head>", "413 Request Entity Too Large", nil),
            ("<!DOCTYPE html><html><body><h1>Bad &amp; gone</h1></body></html>", "Bad & gone", nil),
            (#"{"message":"a\u0000b"}"#, "ab", nil), ("\u{FEFF}" + #"{"error":"marked"}"#, "marked", nil),
        ] as [(String, String, String?)])
    func isReadInEveryForm(_ body: String, _ message: String, _ code: String?) {
        let said = ErrorBody(Array(body.utf8))
        #expect(said?.message == message && (said?.code ?? said?.type) == code, "\(String(describing: said))")
    }

    @Test(
        "A body without a reason is not an error body",
        arguments: ["", " ", "null", "{}", "[]", "0", "true", #""""#, #"{"error":{}}"#, #"{"error":null}"#, "\u{0}"])
    func whatSaysNothingIsNone(_ body: String) {
        #expect(ErrorBody(Array(body.utf8)) == nil)
    }
}
