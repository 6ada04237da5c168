import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The simulator speaks as the service does: the vendor's own client works with it unchanged.
@Suite("Gemini: the vendor's client", .timeLimit(.minutes(2)))
struct GeminiClientTests {
    /// The Python with the official clients; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    private static let script = #"""
        import json, os, sys
        from google import genai
        from google.genai import types

        origin, path = sys.argv[1:]
        client = genai.Client(
            api_key="gm-test", http_options=types.HttpOptions(base_url=origin, api_version="v1beta"))
        with open(path, "w") as file:
            for key in ("a", "b"):
                request = {"contents": [{"role": "user", "parts": [{"text": key}]}]}
                file.write(json.dumps({"key": key, "request": request}) + "\n")
        upload = client.files.upload(file=path, config={"display_name": "input", "mime_type": "application/jsonl"})
        assert upload.state.name == "ACTIVE", upload
        job = client.batches.create(
            model="gemini-2.5-flash", src=upload.name, config={"display_name": "first"})
        assert job.state.name == "JOB_STATE_PENDING" and job.display_name == "first", job
        words = []
        while not job.state.name.endswith("SUCCEEDED"):
            job = client.batches.get(name=job.name)
            words.append(job.state.name)
        lines = client.files.download(file=job.dest.file_name).decode().splitlines()
        answers = {line["key"]: line["response"]["candidates"][0]["content"]["parts"][0]["text"]
                   for line in map(json.loads, lines)}
        inline = client.batches.create(
            model="gemini-2.5-flash", config={"display_name": "second"},
            src=[{"contents": [{"role": "user", "parts": [{"text": "c"}]}], "metadata": {"key": "c"}}])
        names = sorted(job.display_name for job in client.batches.list(config={"page_size": 1}))
        while not inline.state.name.endswith("SUCCEEDED"):
            inline = client.batches.get(name=inline.name)
        said = inline.dest.inlined_responses[0].response.text
        third = client.batches.create(
            model="gemini-2.5-flash", src=upload.name, config={"display_name": "third"})
        client.batches.cancel(name=third.name)
        third = client.batches.get(name=third.name)
        print(json.dumps({"words": words, "answers": answers, "names": names, "said": said,
                          "cancelled": third.state.name}))
        """#

    private static let embeddings = #"""
        import json, sys, warnings
        from google import genai
        from google.genai import types

        warnings.simplefilter("ignore")
        origin, path = sys.argv[1:]
        client = genai.Client(
            api_key="gm-test", http_options=types.HttpOptions(base_url=origin, api_version="v1beta"))

        def ended(job):
            while not job.state.name.endswith("SUCCEEDED"):
                job = client.batches.get(name=job.name)
            return job

        with open(path, "w") as file:
            for key in ("a", "b"):
                request = {"output_dimensionality": 16, "content": {"parts": [{"text": key}]}}
                file.write(json.dumps({"key": key, "request": request}) + "\n")
        upload = client.files.upload(file=path, config={"display_name": "input", "mime_type": "application/jsonl"})
        job = ended(client.batches.create_embeddings(
            model="gemini-embedding-001", src={"file_name": upload.name}, config={"display_name": "first"}))
        lines = client.files.download(file=job.dest.file_name).decode().splitlines()
        lengths = {line["key"]: len(line["response"]["embedding"]["values"]) for line in map(json.loads, lines)}
        inline = ended(client.batches.create_embeddings(
            model="gemini-embedding-001", config={"display_name": "second"},
            src={"inlined_requests": {"contents": ["c"], "config": {"output_dimensionality": 32}}}))
        answers = inline.dest.inlined_embed_content_responses
        print(json.dumps({"lengths": lengths, "inline": [len(one.response.embedding.values) for one in answers],
                          "tokens": answers[0].response.token_count, "model": inline.model}))
        """#

    /// What a script printed.
    private static func run(_ script: String, on simulator: ProviderSimulator) async throws -> JSONObject {
        let bench = try Workbench()
        let running = try Tool.Running(
            tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(python)),
            arguments: ["-c", script, simulator.origin, bench.path("input.jsonl")], input: nil)
        let ended = try await running.ended()
        try #require(ended.code == 0, "\(ended.errors)")
        return try ended.json()
    }

    @Test("The vendor's client drives a batch of embeddings against the simulator", .enabled(if: python != nil))
    func drivesABatchOfEmbeddings() async throws {
        try await ProviderSimulator.withRunning(.gemini, SimulatorScript { $0.apiKey = "gm-test" }) { simulator in
            let seen = try await Self.run(Self.embeddings, on: simulator)
            #expect(seen.object("lengths")?.integer("a") == 16 && seen.object("lengths")?.integer("b") == 16)
            #expect(seen.raw("inline").map { String(decoding: $0, as: UTF8.self) } == "[32]")
            #expect(seen.integer("tokens") == 14 && seen.string("model") == "models/gemini-embedding-001")
        }
    }

    @Test("The vendor's client drives a whole batch against the simulator", .enabled(if: python != nil))
    func drivesAWholeBatch() async throws {
        try await ProviderSimulator.withRunning(.gemini, SimulatorScript { $0.apiKey = "gm-test" }) { simulator in
            let seen = try await Self.run(Self.script, on: simulator)
            #expect(seen.elements("words")?.count == 3)
            #expect(seen.object("answers")?.string("a") == "Answer to a")
            #expect(seen.object("answers")?.string("b") == "Answer to b")
            #expect(seen.elements("names")?.count == 2)
            #expect(seen.string("said") == "Answer to c")
            #expect(seen.string("cancelled") == "JOB_STATE_CANCELLED")
        }
    }
}
