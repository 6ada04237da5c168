import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The simulator speaks as the service does: the vendor's own client works with it unchanged.
@Suite("Mistral: the vendor's client", .timeLimit(.minutes(2)))
struct MistralClientTests {
    /// The Python with the official clients; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    private static let script = #"""
        import json, sys
        from mistralai.client import Mistral

        origin = sys.argv[1]
        client = Mistral(api_key="ms-test", server_url=origin)
        lines = [json.dumps({"custom_id": key, "body": {"max_tokens": 20, "messages": [{"role": "user", "content": key}]}})
                 for key in ("a", "b", "c")]
        upload = client.files.upload(
            file={"file_name": "in.jsonl", "content": "\n".join(lines).encode()}, purpose="batch")
        assert upload.num_lines == 3 and upload.sample_type == "batch_request", upload
        job = client.batch.jobs.create(
            input_files=[upload.id], model="mistral-small-latest", endpoint="/v1/chat/completions",
            metadata={"job": "labels"})
        assert job.status == "QUEUED" and job.total_requests == 3 and job.metadata == {"job": "labels"}, job
        words = []
        while job.status not in ("SUCCESS", "FAILED"):
            job = client.batch.jobs.get(job_id=job.id)
            words.append(job.status)
        def read(file):
            return {line["custom_id"]: line for line in map(json.loads, client.files.download(file_id=file).read().splitlines())}
        answers, failures = read(job.output_file), read(job.error_file)
        inline = client.batch.jobs.create(
            requests=[{"custom_id": "x", "body": {"messages": [{"role": "user", "content": "x"}]}}],
            model="mistral-small-latest", endpoint="/v1/chat/completions")
        listed = client.batch.jobs.list(page_size=1)
        cancelled = client.batch.jobs.cancel(job_id=inline.id)
        inline = client.batch.jobs.get(job_id=inline.id)
        files = [file.filename for file in client.files.list(purpose="batch").data]
        print(json.dumps({
            "words": words, "text": answers["a"]["response"]["body"]["choices"][0]["message"]["content"],
            "failure": failures["c"]["response"]["body"]["message"], "succeeded": job.succeeded_requests,
            "failed": job.failed_requests, "total": listed.total, "newest": listed.data[0].id == inline.id,
            "cancelling": cancelled.status, "cancelled": inline.status, "files": files}))
        """#

    @Test("The vendor's client drives a whole batch against the simulator", .enabled(if: python != nil))
    func drivesAWholeBatch() async throws {
        let script = SimulatorScript {
            $0.apiKey = "ms-test"
            $0.answer = { $0.customID == "c" ? .httpError(status: 400, code: nil, message: "not that") : .success }
        }
        try await ProviderSimulator.withRunning(.mistral, script) { simulator in
            let bench = try Workbench()
            let running = try Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(Self.python)),
                arguments: ["-c", Self.script, simulator.origin], input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            let seen = try ended.json()
            #expect(seen.elements("words")?.count == 3)
            #expect(seen.string("text") == "Answer to a" && seen.string("failure") == "not that")
            #expect(seen.integer("succeeded") == 2 && seen.integer("failed") == 1 && seen.integer("total") == 2)
            #expect(seen.raw("newest").map { Array($0) } == Array("true".utf8))
            #expect(seen.string("cancelling") == "CANCELLATION_REQUESTED" && seen.string("cancelled") == "CANCELLED")
            #expect(seen.elements("files")?.count == 3)
        }
    }
}
