import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A batch that is larger than a provider's job is several jobs of one attempt, and one batch to its owner.
@Suite("Splitting and merging", .timeLimit(.minutes(10)))
struct SplittingTests {
    @Test("Status, progress, results, cancel and retry concern the batch as a whole")
    func whole() async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                request.askedBefore == 0 && (request.lineIndex ?? 0) % 50 == 7
                    ? .httpError(status: 500, code: nil, message: "later") : .success
            }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(2000, on: simulator, options: ["requests-per-job": "100"])
            #expect(try await batch.attempts().count == 1)
            #expect(try await batch.providerJobs().map(\.input.requests) == Array(repeating: 100, count: 20))
            #expect(simulator.ledger.acceptedJobs.count == 20 && simulator.ledger.uploads.count == 20)
            // Sealed before the first upload: the parts are what they are, whoever sends them.
            #expect(simulator.ledger.acceptedJobs.flatMap(\.customIDs).count == 2000)
            #expect(try await batch.counts() == .of([.succeeded: 1960, .errored: 40]))
            #expect(try await batch.results().all().map(\.position) == Array(0..<2000))
            try await batch.retry()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 2000]))
            #expect(try await batch.providerJobs().filter { $0.id.attempt == 2 }.map(\.input.requests) == [40])
        }
    }

    @Test("A cancellation reaches every job")
    func cancel() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(6), provider: try Workbench.openAI(simulator, options: ["requests-per-job": "2"]),
                storage: bench.storage)
            try await batch.start()
            try await batch.cancel()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.cancelled: 6]))
            #expect(await simulator.jobs.map(\.status) == ["cancelled", "cancelled", "cancelled"])
        }
    }

    /// A request for the embeddings of so many texts.
    private func embedding(_ id: String, of input: JSONValue) -> BatchRequest {
        BatchRequest(
            customID: CustomID(id), endpoint: .embeddings, body: ["model": "text-embedding-test", "input": input])
    }

    @Test("Texts to embed are counted in every form of input, up to 50,000 per job")
    func inputs() async throws {
        try await withBench { bench, simulator in
            let texts = JSONValue.array(Array(repeating: "x", count: 2000))
            let tokens = JSONValue.array((0..<2000).map { .integer($0) })
            let lists = JSONValue.array(Array(repeating: .array([.integer(1), .integer(2)]), count: 2000))
            // 24 lists of texts and one of tokens' lists fill a job; one text more, however it is written, does not fit.
            var requests = (0..<24).map { embedding("t\($0)", of: texts) } + [embedding("l", of: lists)]
            requests += [embedding("one", of: "x"), embedding("tokens", of: tokens)]
            let batch = try await Batch.create(
                .requests(requests), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.wait()
            #expect(try await batch.providerJobs().map(\.input.requests) == [25, 2])
            #expect(try await batch.counts() == .of([.succeeded: 27]))
        }
    }

    @Test("A request with more texts than a job may have is rejected before anything is sent")
    func tooManyInputs() async throws {
        try await withBench { bench, simulator in
            let request = embedding("r7", of: .array(Array(repeating: "x", count: 50_001)))
            let batch = try await Batch.create(
                .requests([request]), provider: try Workbench.openAI(simulator), storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            #expect(error?.code == .invalidInput && error?.message.contains("\"r7\" has 50001 inputs") == true)
            #expect(simulator.ledger.uploads.isEmpty)
        }
    }

    #if DEBUG
        private static let count = 20_000
    #else
        private static let count = 1_000_000
    #endif

    /// Runs a command and tells its peak memory.
    private static let measure = """
        import resource, subprocess, sys
        code = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode
        unit = 1 if sys.platform == "darwin" else 1024
        print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit)
        """
    static let python = ProcessInfo.processInfo.environment["LLMBATCH_TEST_PYTHON"]

    @Test(
        "A million requests at 50,000 per job are one batch with twenty jobs, in little memory",
        .enabled(if: python != nil))
    func million() async throws {
        // The key is refused, so that all is planned and nothing goes on.
        try await withBench(SimulatorScript { $0.apiKey = "another" }) { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let path = bench.path("million.jsonl")
            try write(Self.count, to: path)
            let command =
                [Tool.binary.path, "submit", path] + Tool.openAIArguments(simulator)
                + ["--option", "requests-per-job=\(Self.count / 20)", "--option", "timeout=300"]
            let running = try Tool.Running(
                tool: tool, binary: URL(filePath: try #require(Self.python)),
                arguments: ["-c", Self.measure] + command,
                input: nil)
            let words = try await running.ended().output.split(whereSeparator: \.isWhitespace).compactMap { Int($0) }
            try #require(words.count == 2)
            print("\(Self.count) requests planned: \(words[1] >> 20) MiB")
            #expect(words[0] == 4)
            #expect(words[1] < 200_000_000)
            let status = try await tool.run("status", "--local", "--json").json().object("batch")
            let attempts = try #require(status?.objects("attempts"))
            #expect(attempts.count == 1)
            let jobs = try #require(attempts.first?.objects("jobs"))
            #expect(jobs.count == 20)
            #expect(jobs.allSatisfy { $0.object("counts")?.integer("total") == Self.count / 20 })
            #expect(status?.object("progress")?.integer("expected") == Self.count)
            #expect(try await tool.run("list", "--json").json().objects("batches")?.count == 1)
        }
    }

    private func write(_ count: Int, to path: String) throws {
        try Data().write(to: URL(filePath: path))
        let file = try FileHandle(forWritingTo: URL(filePath: path))
        for start in stride(from: 0, to: count, by: 10_000) {
            let lines = (start..<min(start + 10_000, count)).map {
                #"{"custom_id":"r\#($0)","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#
            }
            try file.write(contentsOf: Data((lines.joined(separator: "\n") + "\n").utf8))
        }
        try file.close()
    }
}
