import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// How the tool shows answers that are not plain text, and its advice after an input was too large.
@Suite("The tool's answers", .timeLimit(.minutes(3)))
struct AnswerToolTests {
    private static func chat(_ message: String, _ reason: String) -> SimulatedAnswer {
        .body(
            status: 200, text: #"{"choices":[{"index":0,"message":\#(message),"finish_reason":"\#(reason)"}]}"#)
    }

    private static let script = SimulatorScript {
        $0.answer = { request in
            switch request.customID {
            case "r0":
                chat(
                    #"{"content":null,"reasoning":"Hm.","tool_calls":[{"id":"c1","type":"function","function":"#
                        + #"{"name":"get_weather","arguments":"{\"city\":\"Paris\"}"}}]}"#, "tool_calls")
            case "r1": chat(#"{"content":null,"refusal":"I cannot."}"#, "stop")
            default: chat(#"{"role":"assistant"}"#, "length")
            }
        }
    }

    @Test("Tool calls and refusals appear in results, show and --json")
    func seen() async throws {
        try await withBench(Self.script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let run = try await tool.start(
                ["run", try bench.file(count: 3)] + Tool.openAIArguments(simulator)
            ).ended()
            #expect(run.code == 2, "\(run.errors)")
            let lines = try await tool.run("results").output.split(separator: "\n")
            #expect(lines.first == #"r0\#tsucceeded\#t[calls get_weather({"city":"Paris"})]"#)
            #expect(lines.dropFirst().first == "r1\tsucceeded\t[refused: I cannot.]")
            #expect(lines.last?.hasPrefix("r2\terrored\tempty_answer: ") == true, "\(lines)")
            let results = try #require(try await tool.run("results", "--json").json().objects("results"))
            let call = results[0].objects("tool_calls")?.first
            #expect(call?.string("id") == "c1" && call?.string("name") == "get_weather")
            #expect(call?.string("arguments") == #"{"city":"Paris"}"# && results[0].string("reasoning") == "Hm.")
            #expect(results[1].string("refusal") == "I cannot." && !results[1].has("tool_calls"))
            let shown = try await tool.run("show", "r0").output
            #expect(
                shown.contains("  thoughts: Hm.\n") && shown.contains(#"  answer: [calls get_weather("#), "\(shown)")
        }
    }

    @Test("An upload that is too large is explained, and the advice makes smaller jobs")
    func tooLarge() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(
                    .respond(
                        status: 413, headers: ["content-type": "text/html"],
                        body: "<html><head><title>413 Request Entity Too Large</title></head></html>"), on: .uploadFile)
            ]
        }
        try await withBench(script) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let run = try await tool.start(
                ["run", try bench.file(count: 4)] + Tool.openAIArguments(simulator)
            ).ended()
            let advised = try #require(run.errors.firstMatch(of: /--wait --option (bytes-per-job=[0-9]+)/))
            #expect(!run.errors.contains("<html>"))
            let retried = try await tool.run("retry", "--wait", "--option", String(advised.output.1))
            #expect(retried.code == 0, "\(retried.errors)")
            #expect(simulator.ledger.acceptedJobs.count == 2)
        }
    }
}
