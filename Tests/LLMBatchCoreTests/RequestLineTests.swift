import Foundation
import Testing

import LLMBatchCore

@Suite("Request lines")
struct RequestLineTests {
    private static let good =
        #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#

    @Test("A batch line is kept byte for byte")
    func verbatim() throws {
        let text =
            #" { "url":"/v1/chat/completions", "custom_id":"\u0061é", "method":"POST","extra":[1], "body": {"model":"m" ,"messages":[]}} "#
        let request = try RequestLine().request(Array(text.utf8), number: 1)
        #expect(request.line == Array(text.utf8))
        #expect(request.customID == "aé")
        #expect(request.model == "m")
        #expect(String(decoding: request.body, as: UTF8.self) == #"{"model":"m" ,"messages":[]}"#)
        #expect(
            String(decoding: request.line(model: "other"), as: UTF8.self)
                == text.replacing(#""model":"m""#, with: #""model":"other""#))
    }

    @Test("Bare bodies get an id from their line and an endpoint from their members")
    func bare() throws {
        func endpoint(_ body: String, given: Endpoint? = nil) throws -> Endpoint {
            let request = try RequestLine(endpoint: given).request(Array(body.utf8), number: 7)
            #expect(request.customID == "line-7")
            #expect(try JSONObject(request.line).raw("body").map(Array.init) == Array(body.utf8))
            return request.endpoint
        }
        #expect(try endpoint(#"{"messages":[]}"#) == .chatCompletions)
        #expect(try endpoint(#"{"prompt":"x"}"#) == .completions)
        #expect(try endpoint(#"{"input":"x","dimensions":3}"#) == .embeddings)
        #expect(try endpoint(#"{"input":"x","max_output_tokens":3}"#) == .responses)
        #expect(try endpoint(#"{"model":"text-embedding-3-small","input":"x"}"#) == .embeddings)
        #expect(try endpoint(#"{"input":"x"}"#, given: .responses) == .responses)
        #expect(throws: LineProblem.self) { _ = try endpoint(#"{"input":"x"}"#) }
    }

    @Test(
        "Invalid lines are rejected with the reason",
        arguments: [
            ("hello", "is not JSON"), ("[1]", "is not a JSON object"), ("3", "is not a JSON object"),
            ("{\"a\":", "is not JSON"),
            (#"{"custom_id":"a","method":"POST","url":"/v1/chat/completions"}"#, "has no body"),
            (#"{"custom_id":"a","body":null,"url":"/v1/chat/completions"}"#, "has no body"),
            (#"{"custom_id":"a","body":[],"url":"/v1/chat/completions"}"#, "body is not an object"),
            (#"{"custom_id":5,"body":{"messages":[]}}"#, "custom_id is not a string"),
            (#"{"custom_id":"","body":{"messages":[]}}"#, "custom_id is empty"),
            (#"{"custom_id":"a\u0000b","body":{"messages":[]}}"#, "NUL"),
            (#"{"custom_id":"\ud800","body":{"messages":[]}}"#, "surrogate"),
            (#"{"custom_id":"a","custom_id":"b","body":{"messages":[]}}"#, "custom_id twice"),
            (#"{"custom_id":"a","method":"GET","body":{"messages":[]}}"#, "method is not POST"),
            (#"{"custom_id":"a","url":"/v1/images","body":{}}"#, "is not an endpoint"),
            (#"{"custom_id":"a","body":{"messages":[],"stream":true}}"#, "stream"),
            (#"{"custom_id":"a","body":{"messages":[],"model":5}}"#, "model is not a string"),
            (
                #"{"custom_id":"a","body":{"model":"m","messages":[],"model":"n"}}"#,
                "has an object with \"model\" twice"
            ),
            (#"{"custom_id":"a","body":{"messages":[{"role":"user","r\u006fle":"x"}]}}"#, "\"role\" twice"),
            (#"{"custom_id":"a","x":1,"x":2,"body":{"messages":[]}}"#, "the line has x twice"),
            (
                #"{"custom_id":"a","body":{"messages":[{"content":"\ud83d end"}]}}"#,
                #"half a surrogate pair, \ud83d (at byte 50)"#
            ),
            (#"{"custom_id":"a","body":{"messages":[{"content":"\ude00\ud83d"}]}}"#, #"half a surrogate pair, \ude00"#),
            (#"{"custom_id":"a","body":{"messages":[],"\uD83D\u0041":1}}"#, #"half a surrogate pair, \uD83D"#),
            (#"{"messages":[]},"#, "remove the comma at the end of each line"),
            (#"{"custom_id":"a","url":"/v2/chat/completions","body":{}}"#, #"write "/v1/chat/completions""#),
            (
                #"{"custom_id":"a","url":"https://api.openai.com/v1/embeddings","body":{}}"#, #"write "/v1/embeddings""#
            ),
        ])
    func refused(text: String, reason: String) { refusal(of: text, reason) }

    @Test(
        "Lines in other formats are named, with the conversion, and are not taken for bodies",
        arguments: [
            (#"{"key":"a","request":{"contents":[]}}"#, "(key, request)", "body: .request}"),
            (#"{"recordId":"a","modelInput":{"messages":[]}}"#, "(recordId, modelInput)", "body: .modelInput"),
            (#"{"custom_id":"a","params":{"messages":[]}}"#, "(custom_id, params)", "body: .params"),
            (#"{"request":{"contents":[]}}"#, "own format (request)", "body: .request"),
            (#"{"requests":[{"custom_id":"a"}]}"#, "a list of requests", "jq -c '.requests[]' FILE"),
            (
                #"{"batch_request_id":"a","batch_request":{}}"#, "(batch_request_id, batch_request)",
                "chat_get_completion"
            ),
            (#"{"id":"b","custom_id":"a","response":{"body":{}},"error":null}"#, "a line of results", "retry"),
            (#"{"custom_id":"a","result":{"type":"succeeded"}}"#, "a line of results", "retry"),
            (#"{"key":"a","response":{}}"#, "a line of results", "retry"),
            (#"{"row":0,"input":{},"output":"x"}"#, "a row of a typed job's output", "retry"),
            (#"{"text":"a","score":1.5}"#, "the line is not a request", "run a typed job over the rows in FILE"),
        ])
    func foreign(text: String, what: String, remedy: String) {
        for endpoint in [nil, Endpoint.chatCompletions] {
            let problem = #expect(throws: LineProblem.self) {
                _ = try RequestLine(endpoint: endpoint).request(Array(text.utf8), number: 1)
            }
            #expect(problem?.reason.contains(what) == true, "\(problem?.reason ?? "")")
            #expect(problem?.remedy?.description.contains(remedy) == true, "\(problem?.remedy ?? "")")
        }
    }

    @Test("Surrogate pairs are characters, and an escaped backslash does not start one")
    func pairs() throws {
        for text in [#"\ud83d\ude00"#, #"\\ud83d"#, #"\\\ud83d\ude00"#] {
            let line = #"{"custom_id":"a","body":{"messages":[{"content":"\#(text)"}]}}"#
            _ = try RequestLine().request(Array(line.utf8), number: 1)
        }
    }

    @Test("The URL of a line may have Azure's documented forms; its bytes are kept")
    func azure() throws {
        for url in [
            "/chat/completions", "/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
            "/openai/v1/chat/completions",
        ] {
            let line = Array(#"{"custom_id":"a","method":"POST","url":"\#(url)","body":{"messages":[]}}"#.utf8)
            let request = try RequestLine().request(line, number: 1)
            #expect(request.endpoint == .chatCompletions)
            #expect(request.line == line)
        }
    }

    private func refusal(of text: String, _ reason: String) {
        let problem = #expect(throws: LineProblem.self) { _ = try RequestLine().request(Array(text.utf8), number: 1) }
        #expect(problem?.reason.contains(reason) == true, "\(problem?.reason ?? "")")
    }

    @Test("Invalid UTF-8 is refused")
    func utf8() {
        let bytes = Array(Self.good.utf8).map { $0 == UInt8(ascii: "m") ? 0xFF : $0 }
        let problem = #expect(throws: LineProblem.self) { _ = try RequestLine().request(bytes, number: 1) }
        #expect(problem?.reason == "the line is not valid UTF-8")
    }

    @Test("Ids that Swift calls equal and bytes do not are different ids")
    func canonicalEquivalence() {
        let (one, two) = (CustomID("\u{e9}"), CustomID("e\u{301}"))
        #expect(one.rawValue == two.rawValue)
        #expect(one != two)
        #expect(Set([one, two]).count == 2)
    }
}
