import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The simulator speaks as the services do: Google's own clients work with it unchanged, and what it says has the shapes of
/// the discovery documents.
@Suite("Vertex AI: the vendor's clients", .timeLimit(.minutes(3)))
struct VertexClientTests {
    /// The Python with the official clients; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    /// Holds values against the schemas of a discovery document.
    private static let shapes = #"""
        def shaped(value, name, document, place):
            """Fails where a value has a member that the schema has not, or one of another type."""
            schema = document["schemas"][name] if isinstance(name, str) else name
            schema = document["schemas"][schema["$ref"]] if "$ref" in schema else schema
            kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int, "number": (int, float)}
            kind = schema.get("type", "any")
            assert kind == "any" or isinstance(value, kinds[kind]), (place, value, kind)
            if kind == "array":
                for item in value:
                    shaped(item, schema["items"], document, place + "[]")
            if kind == "object":
                for member, inner in value.items():
                    own = schema.get("properties", {}).get(member) or schema.get("additionalProperties")
                    assert own, f"{place}.{member} is not in the discovery document"
                    shaped(inner, own, document, place + "." + member)

        """#

    private static let script = #"""
        import io, json, sys
        from google import genai
        from google.genai import types
        from google.oauth2 import service_account
        from google.auth.transport.requests import AuthorizedSession
        from googleapiclient import discovery, http

        origin, key = sys.argv[1:]
        credentials = service_account.Credentials.from_service_account_file(
            key, scopes=["https://www.googleapis.com/auth/cloud-platform"])

        def service(name, version):
            made = discovery.build(
                name, version, credentials=credentials, static_discovery=True, client_options={"api_endpoint": origin})
            return made, made._rootDesc

        storage, storage_document = service("storage", "v1")
        storage._baseUrl = origin + "/storage/v1/"
        rows = [{"request": {"contents": [{"role": "user", "parts": [{"text": id}]}], "labels": {"id": id}}}
                for id in ("a", "b")]
        body = "\n".join(json.dumps(row) for row in rows).encode() + b"\n"
        opened = AuthorizedSession(credentials).post(
            origin + "/upload/storage/v1/b/test-bucket/o?uploadType=resumable&name=in%2Frows.jsonl", json={},
            headers={"X-Upload-Content-Type": "application/jsonl", "X-Upload-Content-Length": str(len(body))})
        sent = AuthorizedSession(credentials).put(
            opened.headers["location"], body, headers={"Content-Range": f"bytes 0-{len(body) - 1}/{len(body)}"})
        shaped(sent.json(), "Object", storage_document, "object")

        client = genai.Client(
            vertexai=True, project="simulated-project", location="us-central1", credentials=credentials,
            http_options=types.HttpOptions(base_url=origin))
        job = client.batches.create(
            model="gemini-2.5-flash", src="gs://test-bucket/in/rows.jsonl",
            config={"display_name": "first", "dest": "gs://test-bucket/out"})
        assert job.state.name == "JOB_STATE_PENDING" and job.display_name == "first", job
        words = []
        while not job.state.name.endswith("SUCCEEDED"):
            job = client.batches.get(name=job.name)
            words.append(job.state.name)

        vertex, document = service("aiplatform", "v1")
        jobs = vertex.projects().locations().batchPredictionJobs()
        parent = "projects/simulated-project/locations/us-central1"
        second = jobs.create(parent=parent, body={
            "displayName": "second", "model": "publishers/anthropic/models/claude-sonnet-4-5", "labels": {"shard": "two"},
            "inputConfig": {"instancesFormat": "jsonl", "gcsSource": {"uris": ["gs://test-bucket/in/rows.jsonl"]}},
            "outputConfig": {"predictionsFormat": "jsonl",
                             "gcsDestination": {"outputUriPrefix": "gs://test-bucket/out2"}}}).execute()
        shaped(second, "GoogleCloudAiplatformV1BatchPredictionJob", document, "created")
        ended = jobs.get(name=job.name).execute()
        shaped(ended, "GoogleCloudAiplatformV1BatchPredictionJob", document, "ended")
        listed = jobs.list(parent=parent, filter='labels.shard="two"').execute()
        shaped(listed, "GoogleCloudAiplatformV1ListBatchPredictionJobsResponse", document, "listed")
        assert [job["displayName"] for job in listed["batchPredictionJobs"]] == ["second"]
        names = sorted(job.display_name for job in client.batches.list(config={"page_size": 1}))
        client.batches.cancel(name=second["name"])
        cancelled = client.batches.get(name=second["name"])

        folder = ended["outputInfo"]["gcsOutputDirectory"].removeprefix("gs://test-bucket/")
        found = storage.objects().list(bucket="test-bucket", prefix=folder + "/").execute()
        shaped(found, "Objects", storage_document, "objects")
        held = storage.objects().get(bucket="test-bucket", object=found["items"][0]["name"]).execute()
        assert held == found["items"][0]
        media = io.BytesIO()
        load = http.MediaIoBaseDownload(
            media, storage.objects().get_media(bucket="test-bucket", object=held["name"]), chunksize=262144)
        while not load.next_chunk()[1]:
            pass
        lines = [json.loads(line) for line in media.getvalue().decode().splitlines()]
        answers = {line["request"]["labels"]["id"]: line["response"]["candidates"][0]["content"]["parts"][0]["text"]
                   for line in lines}
        print(json.dumps({"words": words, "answers": answers, "names": names, "cancelled": cancelled.state.name}))
        """#

    @Test("The vendor's clients drive a whole batch against the simulator", .enabled(if: python != nil))
    func driveAWholeBatch() async throws {
        let script = SimulatorScript { $0.apiKey = "no token but its own is taken" }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            try simulator.googleServiceAccount.write(to: URL(filePath: bench.path("key.json")))
            let running = try Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(Self.python)),
                arguments: ["-c", Self.shapes + Self.script, simulator.origin, bench.path("key.json")], input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            let seen = try ended.json()
            #expect(seen.elements("words")?.count == 3)
            #expect(seen.object("answers")?.string("a") == "Answer to a")
            #expect(seen.object("answers")?.string("b") == "Answer to b")
            #expect(seen.elements("names")?.count == 2)
            #expect(seen.string("cancelled") == "JOB_STATE_CANCELLED")
        }
    }

    private static let rows = #"""
        import json, sys
        from googleapiclient import discovery
        document = discovery.build(
            "aiplatform", "v1", static_discovery=True, developerKey="none")._rootDesc
        shaped(json.loads(sys.argv[1])["request"], "GoogleCloudAiplatformV1GenerateContentRequest", document, "request")
        """#

    @Test("A request has the shape of the discovery document", .enabled(if: python != nil))
    func aRequestHasTheShapeOfTheDiscoveryDocument() async throws {
        let body = #"""
            {"model":"gemini-2.5-flash","messages":[{"role":"system","content":"Be brief."},{"role":"user","content":
            [{"type":"text","text":"See"},{"type":"image_url","image_url":{"url":"data:image/png;base64,iVBO"}}]},
            {"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","function":
            {"name":"look","arguments":"{\"city\":\"Ghent\"}"}}]},{"role":"tool","tool_call_id":"c1","content":"grey"}],
            "tools":[{"type":"function","function":{"name":"look","description":"Looks","parameters":{"type":"object"}}}],
            "tool_choice":{"type":"function","function":{"name":"look"}},"temperature":0.20,"top_p":1,"n":2,"seed":7,
            "max_completion_tokens":20,"stop":["END"],"presence_penalty":0.5,"frequency_penalty":0.5,"response_format":
            {"type":"json_schema","json_schema":{"name":"o","schema":{"type":"object","properties":{"z":{}}}}}}
            """#
        let row = try VertexTranslationTests.line(body)
        let bench = try Workbench()
        for (row, code) in [(row, 0), (row.replacing("topP", with: "top_q"), 1)] {
            let ended = try await Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(Self.python)),
                arguments: ["-c", Self.shapes + Self.rows, row], input: nil
            ).ended()
            #expect(Int(ended.code) == code, "\(ended.errors)")
        }
    }
}
