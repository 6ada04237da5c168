import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The simulator speaks as the service does: the vendor's own client works with it unchanged.
@Suite("DigitalOcean: the vendor's client", .timeLimit(.minutes(2)))
struct DigitalOceanClientTests {
    /// The client sends tokens over TLS only, unless it is given a policy of one's own.
    private static let script = #"""
        import json, sys
        from azure.core.pipeline.policies import HeadersPolicy
        from pydo.inference import Client

        origin, path = sys.argv[1:]
        client = Client(token="do-test", inference_endpoint=origin,
                        authentication_policy=HeadersPolicy({"Authorization": "Bearer do-test"}))

        def drive(lines, **order):
            with open(path, "w") as file:
                file.write("".join(json.dumps(line) + "\n" for line in lines))
            upload = client.files.create(file=path)
            batch = client.batches.create(file_id=upload.file_id, completion_window="24h", request_id=order["provider"],
                                          metadata={"job": "labels"}, **order)
            again = client.batches.create(file_id=upload.file_id, completion_window="24h", request_id=order["provider"],
                                          **order)
            assert again.batch_id == batch.batch_id, again
            assert batch.request_id == order["provider"] and batch.metadata.job == "labels", batch
            early = client.inference.get_batch_results(batch.batch_id)
            assert early["id"] == "precondition_failed", early
            words = [batch.status]
            while batch.status != "completed":
                batch = client.batches.retrieve(batch.batch_id)
                words.append(batch.status)
            client.inference.get_batch_results(batch.batch_id)
            content = client.files.content(batch.batch_id)
            assert content.result_available and content.batch_id == batch.batch_id, content
            answers = {line["custom_id"]: line for line in map(json.loads, content.iter_lines())}
            return batch, words, answers, content

        question = [{"role": "user", "content": "hi"}]
        openai, words, answers, content = drive(
            [{"custom_id": name, "method": "POST", "url": "/v1/chat/completions",
              "body": {"model": "gpt-4.1-mini", "messages": question}} for name in ("a", "b", "c")],
            provider="openai", endpoint="/v1/chat/completions")
        from urllib.request import urlopen
        failure = json.loads(urlopen(content.error_file_url).read())
        claude, _, messages, _ = drive(
            [{"custom_id": name, "params": {"model": "claude-sonnet-4-5", "max_tokens": 9, "messages": question}}
             for name in ("a", "b")], provider="anthropic")
        refused = client.batches.create(file_id=client.files.create(file=("empty.jsonl", b"")).file_id,
                                        completion_window="24h", request_id="x", provider="anthropic",
                                        endpoint="/v1/messages")
        third = client.batches.create(file_id=openai.input_file_id, completion_window="24h", request_id="third",
                                      provider="openai", endpoint="/v1/chat/completions")
        conflict = client.batches.cancel(third.batch_id)
        client.batches.retrieve(third.batch_id)
        cancelling = client.batches.cancel(third.batch_id)
        third = client.batches.retrieve(third.batch_id)
        first = client.batches.list(limit=1)
        rest = client.batches.list(limit=5, after=first.last_id)
        print(json.dumps({
            "words": words, "text": answers["a"]["response"]["body"]["choices"][0]["message"]["content"],
            "failure": failure["response"]["body"]["error"]["message"], "failed": openai.request_counts.failed,
            "message": messages["b"]["result"]["message"]["content"][0]["text"], "refused": refused.get("message"),
            "endpoint": claude.get("endpoint"), "conflict": conflict.id, "cancelling": cancelling.status,
            "cancelled": third.status, "newest": first.data[0].batch_id == third.batch_id, "more": first.has_more,
            "rest": len(rest.data)}))
        """#

    @Test("The vendor's client drives a whole batch against the simulator", .enabled(if: PythonServer.python != nil))
    func drivesAWholeBatch() async throws {
        let script = SimulatorScript {
            $0.apiKey = "do-test"
            $0.answer = { $0.customID == "c" ? .httpError(status: 400, code: nil, message: "not that") : .success }
        }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let bench = try Workbench()
            let running = try Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(PythonServer.python)),
                arguments: ["-c", Self.script, simulator.origin, bench.path("input.jsonl")], input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            let seen = try ended.json()
            #expect(seen.elements("words")?.count == 4 && seen.integer("failed") == 1)
            #expect(seen.string("text") == "Answer to a" && seen.string("failure") == "not that")
            #expect(seen.string("message") == "Answer to b" && !seen.has("endpoint"))
            #expect(seen.string("refused") == "endpoint must be omitted" && seen.string("conflict") == "conflict")
            #expect(seen.string("cancelling") == "cancelling" && seen.string("cancelled") == "cancelled")
            #expect(seen.raw("newest").map { Array($0) } == Array("true".utf8))
            #expect(seen.raw("more").map { Array($0) } == Array("true".utf8) && seen.integer("rest") == 2)
            #expect(simulator.ledger.acceptedJobs.count == 3)
        }
    }
}
