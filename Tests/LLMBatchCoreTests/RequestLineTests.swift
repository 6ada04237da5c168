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
        "What is refused, and why",
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
        ])
    func refused(text: String, reason: String) {
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
