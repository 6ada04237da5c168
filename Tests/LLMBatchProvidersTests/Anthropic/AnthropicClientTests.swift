import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The simulator speaks as the service does: the vendor's own client works with it unchanged.
@Suite("Anthropic: the vendor's client", .timeLimit(.minutes(2)))
struct AnthropicClientTests {
    /// The Python with the official clients; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    private static let script = #"""
        import json, sys
        import anthropic

        origin = sys.argv[1]
        client = anthropic.Anthropic(api_key="sk-ant-test", base_url=origin, max_retries=0)

        def request(key, **more):
            params = {"model": "claude-haiku-4-5", "max_tokens": 20, "messages": [{"role": "user", "content": key}]}
            return {"custom_id": key, "params": params | more}

        first = client.messages.batches.create(requests=[request("a"), request("b"), request("bad", speed="fast")])
        assert first.processing_status == "in_progress" and first.request_counts.processing == 3, first
        assert (first.expires_at - first.created_at).total_seconds() == 86400
        words = []
        while first.processing_status != "ended":
            first = client.messages.batches.retrieve(first.id)
            words.append(first.processing_status)
        lines = {line.custom_id: line.result for line in client.messages.batches.results(first.id)}
        second = client.messages.batches.create(requests=[request("c")])
        ids = [batch.id for batch in client.messages.batches.list(limit=1)]
        cancelled = client.messages.batches.cancel(second.id)
        assert cancelled.processing_status == "canceling" and cancelled.cancel_initiated_at, cancelled
        second = client.messages.batches.retrieve(second.id)
        types = [line.result.type for line in client.messages.batches.results(second.id)]
        refusal = None
        try:
            client.messages.batches.create(requests=[request("not a token")])
        except anthropic.BadRequestError as error:
            refusal = error.body["error"]["message"]
        print(json.dumps({
            "words": words, "text": lines["a"].message.content[0].text, "tokens": lines["a"].message.usage.output_tokens,
            "bad": lines["bad"].error.error.type, "counts": first.request_counts.model_dump(), "ids": len(ids),
            "newest": ids[0] == second.id, "types": types, "canceled": second.request_counts.canceled,
            "refusal": refusal}))
        """#

    @Test("The vendor's client drives a whole batch against the simulator", .enabled(if: python != nil))
    func drivesAWholeBatch() async throws {
        let script = SimulatorScript { $0.apiKey = "sk-ant-test" }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let running = try Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(Self.python)),
                arguments: ["-c", Self.script, simulator.origin], input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            let seen = try ended.json()
            #expect(seen.elements("words")?.count == 3)
            #expect(seen.string("text") == "Answer to a" && seen.integer("tokens") == 5)
            #expect(seen.string("bad") == "invalid_request_error")
            #expect(seen.object("counts")?.integer("succeeded") == 2 && seen.object("counts")?.integer("errored") == 1)
            #expect(seen.integer("ids") == 2 && seen.raw("newest").map { Array($0) } == Array("true".utf8))
            #expect(seen.raw("types").map { Array($0) } == Array(#"["canceled"]"#.utf8))
            #expect(seen.integer("canceled") == 1)
            #expect(seen.string("refusal")?.hasPrefix("requests.0.custom_id") == true)
        }
    }
}
