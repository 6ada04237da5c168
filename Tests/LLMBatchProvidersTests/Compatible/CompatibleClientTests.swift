import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The simulators speak as the services do: the vendors' own clients work with them unchanged.
@Suite("Services that speak OpenAI's Batch API: the vendors' clients", .timeLimit(.minutes(2)))
struct CompatibleClientTests {
    /// The Python with the official clients; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    /// What all of them share: `make` gives a client and the id of an uploaded file.
    private static let whole = #"""
        import json, sys, time
        origin, path, endpoint = sys.argv[1:]
        with open(path, "w") as file:
            for name in ("a", "b"):
                file.write(json.dumps(line(name)) + "\n")
        client, upload = make()
        batch = create(upload)
        words = [batch.status]
        while batch.status.lower() != "completed":
            batch = get(batch.id)
            words.append(batch.status)
        answers = [json.loads(text)["custom_id"] for text in content(batch.output_file_id).splitlines()]
        second = create(upload)
        cancel(second.id)
        second = get(second.id)
        print(json.dumps({"words": words, "answers": answers, "ids": [item.id for item in listed()],
                          "cancelled": second.status}))
        """#

    private static let openAIClient = #"""
        line = lambda name: {"custom_id": name, "method": "POST", "url": "/v1/chat/completions",
                             "body": {"model": "m", "messages": []}}
        def ready(file):
            while file.status == "pending":
                file = client.files.retrieve(file.id)
            return file.id
        create = lambda file: client.batches.create(
            input_file_id=file, endpoint=endpoint, completion_window="24h", metadata={"n": "1"})
        get = lambda id: client.batches.retrieve(id)
        cancel = lambda id: client.batches.cancel(id)
        listed = lambda: list(client.batches.list(limit=1))
        content = lambda id: client.files.content(id).text
        """#

    private static let azureMake = #"""
        def make():
            global client
            file = client.files.create(file=open(path, "rb"), purpose="batch")
            return client, ready(file)
        """#

    @Test("OpenAI's AzureOpenAI client works with a version and a key", .enabled(if: python != nil))
    func azureVersioned() async throws {
        try await drive(
            .azureOpenAI, endpoint: "/v1/chat/completions", cancelled: "Cancelled",
            """
            import sys
            from openai import AzureOpenAI
            client = AzureOpenAI(azure_endpoint=sys.argv[1], api_key="az-test", api_version="2024-10-21")
            """ + "\n" + Self.openAIClient + "\n" + Self.azureMake)
    }

    @Test("OpenAI's AzureOpenAI client works with a token", .enabled(if: python != nil))
    func azureToken() async throws {
        try await drive(
            .azureOpenAI, endpoint: "/chat/completions", cancelled: "Cancelled",
            """
            import sys
            from openai import AzureOpenAI
            client = AzureOpenAI(azure_endpoint=sys.argv[1], azure_ad_token="az-test", api_version="2025-04-01-preview")
            """ + "\n"
                + Self.openAIClient.replacing(
                    #""url": "/v1/chat/completions""#, with: #""url": "/chat/completions""#) + "\n" + Self.azureMake)
    }

    @Test("OpenAI's plain client works on the v1 surface", .enabled(if: python != nil))
    func azurePlain() async throws {
        try await drive(
            .azureOpenAI, endpoint: "/v1/chat/completions", cancelled: "Cancelled",
            """
            import sys
            from openai import OpenAI
            client = OpenAI(base_url=sys.argv[1] + "/openai/v1", api_key="az-test")
            """ + "\n" + Self.openAIClient + "\n" + Self.azureMake)
    }

    @Test("Groq's client drives a whole batch against the simulator", .enabled(if: python != nil))
    func groq() async throws {
        try await drive(
            .groq, endpoint: "/v1/chat/completions", cancelled: "cancelled",
            """
            import sys
            from groq import Groq
            client = Groq(base_url=sys.argv[1], api_key="az-test")
            """ + "\n" + Self.openAIClient + "\n"
                + #"""
                listed = lambda: client.batches.list().data
                content = lambda id: client.files.content(id).text()
                def make():
                    return client, client.files.create(file=open(path, "rb"), purpose="batch").id
                """#)
    }

    @Test("Perplexity's client drives a whole batch against the simulator", .enabled(if: python != nil))
    func perplexity() async throws {
        try await drive(
            .perplexity, endpoint: "/v1/responses", cancelled: "cancelled",
            """
            import sys
            from perplexity import Perplexity
            client = Perplexity(base_url=sys.argv[1], api_key="az-test")
            """ + "\n" + Self.openAIClient + "\n"
                + #"""
                line = lambda name: {"custom_id": name, "method": "POST", "url": "/v1/responses",
                                     "body": {"model": "sonar", "input": "hi"}}
                listed = lambda: client.batches.list(limit=20).data
                text = lambda reply: getattr(reply, "text", None) or reply.read().decode()
                content = lambda id: (lambda t: t() if callable(t) else t)(text(client.files.content(id)))
                def make():
                    file = client.files.create(file=open(path, "rb"), purpose="batch")
                    first = client.batches.create(
                        input_file_id=file.id, endpoint="/v1/responses", completion_window="24h", idempotency_key="k")
                    again = client.batches.create(
                        input_file_id=file.id, endpoint="/v1/responses", completion_window="24h", idempotency_key="k")
                    assert first.id == again.id
                    return client, file.id
                """#, jobs: 3)
    }

    @Test("Together's client drives a whole batch against the simulator", .enabled(if: python != nil))
    func together() async throws {
        try await drive(
            .together, endpoint: "/v1/chat/completions", cancelled: "CANCELLED",
            """
            import sys
            from together import Together
            client = Together(base_url=sys.argv[1], api_key="az-test")
            """ + "\n"
                + #"""
                line = lambda name: {"custom_id": name, "body": {"model": "m", "messages": []}}
                create = lambda file: client.batches.create(
                    input_file_id=file, endpoint=endpoint, completion_window="24h").job
                get = lambda id: client.batches.retrieve(id)
                cancel = lambda id: client.batches.cancel(id)
                listed = lambda: client.batches.list()
                content = lambda id: client.files.content(id).read().decode()
                def make():
                    file = client.files.upload(file=path, purpose="batch-api", check=False)
                    while file.processing_status != "COMPLETED":
                        file = client.files.retrieve(file.id)
                    return client, file.id
                """#)
    }

    @Test("OpenRouter's client drives a whole batch against the simulator", .enabled(if: python != nil))
    func openRouter() async throws {
        let script = #"""
            import json, sys
            from openrouter import OpenRouter
            with OpenRouter(api_key="az-test", server_url=sys.argv[1]) as client:
                batch = client.batch.create_batches(
                    endpoint="/v1/chat/completions", model="google/gemini-2.5-flash",
                    requests=[{"custom_id": name, "body": {"messages": [{"role": "user", "content": "hi"}]}}
                              for name in ("a", "b")])
                words = [batch.status]
                while batch.status != "completed":
                    batch = client.batch.get_batches(id=batch.id)
                    words.append(batch.status)
                answers = [result.custom_id for result in batch.results]
                page = client.batch.list()
                ids = [item.id for item in (page.result if hasattr(page, "result") else page).data]
                print(json.dumps({"words": words, "answers": answers, "ids": ids}))
            """#
        try await run(.openRouter, script, root: "/api/v1") { seen, ledger in
            #expect(seen.elements("words")?.count == 4)
            #expect(seen.elements("answers")?.count == 2)
            #expect(seen.elements("ids")?.count == 1 && ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Fireworks' client drives a whole batch against the simulator", .enabled(if: python != nil))
    func fireworks() async throws {
        let script = #"""
            import json, sys
            from urllib.request import urlopen
            from fireworks import Fireworks
            client = Fireworks(base_url=sys.argv[1], api_key="az-test", account_id="a")
            with open(sys.argv[2], "w") as file:
                for name in ("a", "b"):
                    file.write(json.dumps({"custom_id": name, "body": {"messages": []}}) + "\n")
            client.datasets.create(dataset_id="in", dataset={"userUploaded": {}, "format": "CHAT"})
            client.datasets.upload("in", file=open(sys.argv[2], "rb"))
            while client.datasets.get("in").state != "READY":
                pass
            job = client.batch_inference_jobs.create(
                batch_inference_job_id="one", model="accounts/fireworks/models/m",
                input_dataset_id="accounts/a/datasets/in", output_dataset_id="accounts/a/datasets/out")
            words = [job.state]
            while job.state != "JOB_STATE_COMPLETED":
                job = client.batch_inference_jobs.get("one")
                words.append(job.state)
            urls = client.datasets.get_download_endpoint("out").filename_to_signed_urls
            answers = [json.loads(line)["custom_id"] for url in urls.values() for line in urlopen(url).read().splitlines()]
            ids = [item.name for item in client.batch_inference_jobs.list()]
            print(json.dumps({"words": words, "answers": answers, "ids": ids}))
            """#
        try await run(.fireworks, script, root: "") { seen, ledger in
            #expect(seen.elements("words")?.count == 4)
            #expect(seen.elements("answers")?.count == 2)
            #expect(seen.elements("ids")?.count == 1 && ledger.acceptedJobs.count == 1)
        }
    }

    /// Runs a script with the simulator's address and a file to write to.
    private func run(
        _ kind: ProviderSimulator.Kind, _ script: String, root: String,
        _ check: (JSONObject, SimulatorLedger) throws -> Void
    ) async throws {
        try await ProviderSimulator.withRunning(kind, SimulatorScript { $0.apiKey = "az-test" }) { simulator in
            let bench = try Workbench()
            let running = try Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(Self.python)),
                arguments: ["-c", script, simulator.origin + root, bench.path("input.jsonl")], input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            try check(try ended.json(), simulator.ledger)
        }
    }

    private func drive(
        _ kind: ProviderSimulator.Kind, endpoint: String, cancelled: String, _ client: String, jobs: Int = 2
    ) async throws {
        try await ProviderSimulator.withRunning(kind, SimulatorScript { $0.apiKey = "az-test" }) { simulator in
            let bench = try Workbench()
            var tool = Tool(folder: bench.folder)
            tool.environment["HOME"] = bench.folder.path
            let running = try Tool.Running(
                tool: tool, binary: URL(filePath: try #require(Self.python)),
                arguments: ["-c", client + "\n" + Self.whole, simulator.origin, bench.path("input.jsonl"), endpoint],
                input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            let seen = try ended.json()
            #expect(seen.elements("words")?.count == 4)
            #expect(seen.elements("answers")?.count == 2)
            #expect(seen.elements("ids")?.count == jobs)
            #expect(seen.string("cancelled") == cancelled)
            #expect(simulator.ledger.acceptedJobs.count == jobs)
        }
    }
}
