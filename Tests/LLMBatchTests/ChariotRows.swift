import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// CH1 to CH5: jobs of a specification, listed by filter, with their progress.
@Suite("Batches by specification", .timeLimit(.minutes(2)))
struct ChariotRows {
    @Test("A batch is created from a specification with a name and labels, and has an id")
    func ch1() async throws {
        try await withBench { bench, simulator in
            let labels = ["dataset": "reviews", "version": "3", "split": "test"]
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator, model: "gpt-small"),
                storage: bench.storage, name: "nightly", metadata: labels)
            let record = try await Batch.load(batch.id, storage: bench.storage).record()
            #expect(record.name == "nightly" && record.metadata == labels && record.provider.model == "gpt-small")
            #expect(record.status == .draft && simulator.ledger.calls.isEmpty)
        }
    }

    @Test("An unknown id is nil in the storage, an error in the handle, and exit code 3")
    func ch2() async throws {
        let bench = try Workbench()
        let id = BatchID(rawValue: "aaaaaaaaaaaaaaaaaaaa")
        #expect(try await bench.storage.batch(id) == nil)
        let error = await #expect(throws: LLMBatchError.self) { _ = try await Batch.load(id, storage: bench.storage) }
        #expect(error?.code == .notFound)
        let ended = try await Tool(folder: bench.folder).run("status", id.rawValue, "--json")
        #expect(ended.code == 3)
        #expect(try ended.json().object("error")?.string("code") == "not_found")
    }

    @Test("Lists are filtered by provider, model, endpoint, status, name, label and time, and paged")
    func ch3() async throws {
        let bench = try Workbench()
        var tool = Tool(folder: bench.folder)
        tool.environment["OPENAI_API_KEY"] = "sk-test"
        let file = try bench.file(count: 2)
        func make(_ name: String, _ more: String...) async throws {
            let arguments = ["run", file, "--draft", "--name", name] + more
            let ended = try await tool.start(arguments).ended()
            try #require(ended.code == 0, "\(ended.errors)")
        }
        try await make("one", "--provider", "offline", "--metadata", "team=red")
        try await make("two", "--provider", "openai", "--model", "gpt-small", "--metadata", "team=red")
        try await make("three", "--provider", "offline", "--metadata", "team=blue")
        _ = try await tool.run("watch", "three")
        try Data(#"{"model":"e","input":"x"}"#.utf8 + [0x0A]).write(to: URL(filePath: bench.path("e.jsonl")))
        let four = try await tool.run(
            "run", bench.path("e.jsonl"), "--draft", "--name", "four", "--provider", "offline", "--endpoint",
            "/v1/embeddings")
        try #require(four.code == 0, "\(four.errors)")
        func names(_ arguments: String...) async throws -> [String] {
            let ended = try await tool.start(["list", "--json"] + arguments).ended()
            return try #require(try ended.json().objects("batches"), "\(ended.errors)").compactMap { $0.string("name") }
        }
        #expect(try await names() == ["four", "three", "two", "one"])
        #expect(try await names("--provider", "openai") == ["two"])
        #expect(try await names("--model", "gpt-small") == ["two"])
        #expect(try await names("--model", "m") == ["three", "one"])
        #expect(try await names("--endpoint", "/v1/embeddings") == ["four"])
        #expect(try await names("--status", "completed") == ["three"])
        #expect(try await names("--name", "one") == ["one"])
        #expect(try await names("--metadata", "team=red") == ["two", "one"])
        #expect(try await names("--since", "1h") == ["four", "three", "two", "one"])
        #expect(try await names("--until", "1h").isEmpty)
        #expect(try await names("--since", "2026-01-01", "--until", "2020-01-01T00:00:00Z").isEmpty)
        #expect(try await names("--limit", "2", "--offset", "1") == ["three", "two"])
        #expect(try await names("--metadata", "team=red", "--offset", "1") == ["one"])
        let third = try await tool.run("list", "--limit", "1", "--offset", "1", "--json").json().objects("batches")
        #expect(try await names("--after", try #require(third?.first?.string("id"))) == ["two", "one"])
        #expect(try await tool.run("list", "--since", "yesterday").code == 64)
        #expect(try await tool.run("list", "--offset=-1").code == 64)
        // The same in the library.
        let storage = try SQLiteStorage(path: tool.database)
        #expect(try await storage.batches(BatchQuery(model: "m", offset: 1)).elements.map(\.name) == ["one"])
    }

    @Test("Progress is computed against expected requests, per batch, attempt and job")
    func ch4() async throws {
        let script = SimulatorScript {
            $0.answer = { $0.askedBefore == 0 && $0.lineIndex == 0 ? .silent : .success }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(5, on: simulator, options: ["requests-per-job": "3"])
            try await batch.retry()
            simulator.updateScript { $0.holdAt = nil }
            let jobs = try await batch.providerJobs()
            #expect(
                jobs.map(\.progress) == [
                    BatchProgress(computed: 3, expected: 3), BatchProgress(computed: 2, expected: 2),
                    BatchProgress(computed: 0, expected: 2),
                ])
            #expect(jobs.filter { $0.id.attempt == 1 }.progress == BatchProgress(computed: 5, expected: 5))
            #expect(jobs.filter { $0.id.attempt == 2 }.progress.fraction == 0)
            // What is asked again is open until its new answer is there.
            #expect(try await batch.record().progress == BatchProgress(computed: 3, expected: 5))
            try await batch.wait()
            #expect(try await batch.record().progress == BatchProgress(computed: 5, expected: 5))
        }
    }

    @Test("Each provider status maps to one of ours; failures of a running job show in the counts")
    func ch5() async throws {
        try await withBench(
            SimulatorScript { $0.statuses = ["validating", "in_progress", "in_progress", "completed"] }
        ) {
            bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(1), provider: try Workbench.openAI(simulator), storage: bench.storage)
            var states = [try await batch.status()]
            try await batch.start()
            states.append(try await batch.status())
            try await batch.refresh()
            states.append(try await batch.status())
            try await batch.wait()
            states.append(try await batch.status())
            #expect(states == [.draft, .validating, .inProgress, .completed])
        }
        let failing = SimulatorScript { $0.statuses = ["failed"] }
        try await withBench(failing) { bench, simulator in
            let status = try await bench.run(1, on: simulator).status()
            #expect(status == .failed)
        }
        // One job has ended with failures while the other runs on: the batch is in progress, and its counts tell.
        let mixed = SimulatorScript {
            $0.answer = { _ in .httpError(status: 400, code: "no", message: "no") }
            $0.holdAt = "in_progress"
        }
        try await withBench(mixed) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(4), provider: try Workbench.openAI(simulator, options: ["requests-per-job": "2"]),
                storage: bench.storage)
            let work = Task { try await batch.wait() }
            try await simulator.ledger.waitForJobs(count: 2)
            await simulator.force(try #require(await simulator.jobs.first).id, to: "completed")
            var record = try await batch.record()
            while record.counts[.errored] < 2 {
                await Task.yield()
                record = try await batch.record()
            }
            #expect(!record.status.isFinal && record.counts == .of([.errored: 2], open: 2))
            try await batch.cancel()
            #expect(try await work.value.counts == .of([.errored: 2, .cancelled: 2]))
        }
    }
}
