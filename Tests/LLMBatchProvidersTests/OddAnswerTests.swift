import Foundation
import LLMBatch
import LLMBatchCore
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Answers that are none, and numbers that cannot be, over real HTTP: each is one request's trouble and no more.
@Suite("Odd answers")
struct OddAnswerTests {
    /// What a broken service or a proxy may send in place of an answer.
    static let broken: [String] = [
        #"""#, #"""""#, #""a"#, #""\"#, #""\""#, #""{"#, "{", "}", "[", "]", "{}x", "[]", "\\", "n", "nul", "null", "-",
        "1e400", "\u{0}",
        "\u{FEFF}", "\u{FEFF}{", #"{"choices":"#, #"{"choices":[{"message":{"content":"\ud83d"#, #"{"a":"\u12"}"#,
        "true",
        String(repeating: "[", count: 5000), String(repeating: #"{"a":"#, count: 5000), #"{"choices":[{"message":"#,
    ]

    @Test(
        "A body that is not an answer fails one request, whatever its bytes and status",
        arguments: [200, 400, 404])
    func brokenBodies(_ status: Int) async throws {
        let bodies =
            Self.broken.map { Data($0.utf8) } + [Data(), Data([0xFF, 0xFE]), Data([0x22, 0xFF]), Data([0xC3])]
        let script = SimulatorScript { script in
            script.answer = { request in
                let number = Int(request.customID.dropFirst()) ?? 0
                return number < bodies.count ? .body(status: status, json: bodies[number]) : .success
            }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(bodies.count + 1),
                provider: try Workbench.realtime(simulator, options: ["max-tries": "1"]), storage: bench.storage)
            try await batch.wait()
            let results = try await batch.results().all()
            #expect(results.count == bodies.count + 1 && results.last?.outcome == .succeeded)
            for result in results.dropLast() {
                #expect(result.outcome == .errored, "\(result.customID)")
                #expect(result.error?.message.isEmpty == false, "\(result.customID)")
                #expect((try? JSONObject(result.openAILine)) != nil, "\(result.customID)")
                #expect(result.text == nil)
            }
            if status == 200 { #expect(results.first?.error?.code == "not_json") }
        }
    }

    @Test("Impossible token counts are ignored, and the answer is kept")
    func absurdTokens() async throws {
        let numbers = ["9223372036854775807", "-1", "1e400", "1.5", "null", #""12""#, "9000000000000000000"]
        let script = SimulatorScript { script in
            script.answer = { request in
                let number = Int(request.customID.dropFirst()) ?? 0
                return .body(
                    status: 200,
                    text:
                        #"{"choices":[{"index":0,"message":{"role":"assistant","content":"ok"},"finish_reason":"stop"}],"#
                        + #""usage":{"prompt_tokens":\#(numbers[number % numbers.count]),"completion_tokens":1}}"#)
            }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(numbers.count),
                provider: try Workbench.realtime(simulator, options: ["tokens-per-minute": "1000000"]),
                storage: bench.storage)
            try await batch.wait()
            let results = try await batch.results().all()
            #expect(results.allSatisfy { $0.outcome == .succeeded && $0.usage.output == 1 })
            #expect(results.map(\.usage.input) == [nil, nil, nil, 1, nil, 12, nil])
        }
    }

    /// A request's answers one by one, each told by its number, asked once.
    private static func asked(
        _ bodies: [(status: Int, body: String)], _ check: ([BatchResult]) throws -> Void
    ) async throws {
        let script = SimulatorScript { script in
            script.answer = { request in
                let answer = bodies[Int(request.customID.dropFirst()) ?? 0]
                return .body(status: answer.status, text: answer.body)
            }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(bodies.count),
                provider: try Workbench.realtime(simulator, options: ["max-tries": "1"]), storage: bench.storage)
            try await batch.wait()
            try check(try await batch.results().all())
        }
    }

    private static func page(_ title: String) -> String {
        "<html>\r\n<head><title>\(title)</title></head>\r\n<body><center><h1>\(title)</h1></center></body></html>"
    }

    @Test("Errors of gateways and frameworks are reported as sentences, never as HTML or JSON")
    func errorsOfOthers() async throws {
        let answers = [
            (413, Self.page("413 Request Entity Too Large"), "HTTP 413 Request Entity Too Large"),
            (503, Self.page("503 Service Temporarily Unavailable"), "HTTP 503 Service Temporarily Unavailable"),
            (502, "<!DOCTYPE html><html><title>Oops</title></html>", "HTTP 502 Bad Gateway: Oops"),
            (404, #"{"detail":"Not Found"}"#, "Not Found"),
            (
                422, #"{"detail":[{"loc":["body","messages"],"msg":"field required","type":"m"}]}"#,
                "body.messages: field required"
            ),
            (400, #"[{"error":{"code":400,"message":"no such model","status":"INVALID_ARGUMENT"}}]"#, "no such model"),
            (400, #"{"object":"error","message":"too long","code":400}"#, "too long"),
            (400, #"{"errors":[{"message":"one"},{"message":"two"}]}"#, "one (and 1 more)"),
            (404, "404 page not found", "404 page not found"), (404, "", "HTTP 404 Not Found, without a reason"),
            (500, "null", "HTTP 500 Internal Server Error, without a reason"),
            (200, Self.page("Sign in"), "an HTML page: Sign in"),
            (200, "unsupported model: acme/m", "unsupported model: acme/m"),
            (
                200, #"{"error":{"message":"Rate limit exceeded: free-models-per-day","code":429}}"#,
                "Rate limit exceeded: free-models-per-day"
            ),
            (200, #"{"detail":"model is loading"}"#, "the answer has no choices: model is loading"),
        ]
        try await Self.asked(answers.map { ($0.0, $0.1) }) { results in
            for (result, answer) in zip(results, answers) {
                #expect(result.outcome == .errored)
                let message = result.error?.message ?? ""
                #expect(message == answer.2 || message.hasPrefix(answer.2 + "; "), "\(message)")
                #expect(!message.contains("<"))
            }
        }
    }

    @Test("An answer without text is read, and one without a message is not an answer")
    func answersWithoutText() async throws {
        func chat(_ message: String, _ reason: String) -> (Int, String) {
            (200, #"{"choices":[{"index":0,"message":\#(message),"finish_reason":"\#(reason)"}]}"#)
        }
        let answers = [
            chat(
                #"{"content":null,"tool_calls":[{"id":"c","type":"function","function":{"name":"get_weather","arguments":"{}"}}]}"#,
                "tool_calls"), chat(#"{"content":null,"refusal":"I cannot."}"#, "stop"),
            chat(#"{"content":[{"type":"thinking","thinking":"Hm."},{"type":"text","text":"42"}]}"#, "stop"),
            (200, #"{"choices":[{"index":0,"finish_reason":"length"}]}"#), chat(#"{"content":""}"#, "stop"),
        ]
        try await Self.asked(answers) { results in
            #expect(results.map(\.outcome) == [.succeeded, .succeeded, .succeeded, .errored, .errored])
            #expect(results[0].toolCalls.map(\.name) == ["get_weather"] && results[1].refusal == "I cannot.")
            #expect(results[2].text == "42" && results[2].reasoning == "Hm.")
            #expect(results.suffix(2).allSatisfy { $0.error?.code == "empty_answer" })
        }
    }

    @Test("A 404 under a base URL without a version suggests adding one")
    func withoutVersion() async throws {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let origin = simulator.baseURL.replacing("/v1", with: "")
            guard case .batch(let provider) = try Provider.openAI(baseURL: origin, apiKey: .value("sk-test")).kind
            else {
                return
            }
            let error = await #expect(throws: ProviderError.self) { _ = try await provider.job("x") }
            #expect(error?.message.contains("usually end in /v1") == true, "\(String(describing: error))")
        }
    }

    @Test("A status appears once in a message", arguments: ["401", "http_401", nil])
    func statusOnce(_ code: String?) {
        let error = ProviderError(.authentication, delivery: .refused, message: "no", code: code, statusCode: 401)
        #expect(error.description == "authentication: no (HTTP 401)")
    }

    @Test("An upload that is too large for a proxy is reported, and a retry with smaller jobs succeeds")
    func tooLarge() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(
                    .respond(
                        status: 413, headers: ["content-type": "text/html"],
                        body: Self.page("413 Request Entity Too Large")), on: .uploadFile)
            ]
        }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(4), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.wait()
            let error = try #require(try await batch.results().all().first?.error)
            #expect(error.code == "request_too_large")
            #expect(error.message.hasPrefix("HTTP 413 Request Entity Too Large; "), "\(error.message)")
            try await batch.using(try Workbench.openAI(simulator, options: ["bytes-per-job": "300"])).retry()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 4]))
            #expect(simulator.ledger.acceptedJobs.count > 1)
        }
    }
}
