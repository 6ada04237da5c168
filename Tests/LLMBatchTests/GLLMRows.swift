import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// GL1 to GL5: batches by id, for those who keep their own ids.
@Suite("Operations by id", .timeLimit(.minutes(2)))
struct GLLMRows {
    private let questions: [CustomID: BatchInput] = [
        "plain": "What is a monad?", "chat": [.system("Be brief."), .user("And a functor?")],
        "body": .body(["messages": [["role": "user", "content": "And a group?"]], "temperature": 0]),
    ]
    private let settings: [String: JSONValue] = ["model": "m", "temperature": 1]

    private func operations(
        _ simulator: ProviderSimulator, _ bench: borrowing Workbench, options: [String: String] = [:]
    ) throws -> BatchOperations {
        BatchOperations(try Workbench.openAI(simulator, options: options), storage: bench.storage)
    }

    @Test("create stores a batch of requests from ids, texts and messages")
    func gl1() async throws {
        try await withBench { bench, simulator in
            let id = try await operations(simulator, bench).create(questions, settings: settings, metadata: ["n": "1"])
            let batch = try await Batch.load(id, storage: bench.storage)
            #expect(try await batch.requests().all().map(\.request.customID.rawValue) == ["body", "chat", "plain"])
            #expect(try await batch.record().metadata == ["n": "1"])
            let lines = try await batch.requests().all().map { try JSONObject($0.request.line).object("body") }
            // What all share stands in each; what a request says itself wins.
            #expect(lines.allSatisfy { $0?.string("model") == "m" })
            #expect(lines.map { $0?.integer("temperature") } == [0, 1, 1])
            #expect(lines.map { $0?.objects("messages")?.count } == [1, 2, 1])
            #expect(lines[2]?.objects("messages")?.first?.string("content") == "What is a monad?")
            #expect(simulator.ledger.acceptedJobs.map(\.customIDs) == [["body", "chat", "plain"]])
            let texts = try await operations(simulator, bench).create(
                ["e": "some words"], settings: ["model": "embed"], endpoint: .embeddings)
            let line = try await Batch.load(texts, storage: bench.storage).requests().all().first?.request.line
            #expect(try JSONObject(try #require(line)).object("body")?.string("input") == "some words")
        }
    }

    @Test("Batches are read, listed and cancelled by id")
    func gl2() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let batches = try operations(simulator, bench)
            let first = try await batches.create(questions, settings: settings)
            let second = try await batches.create(["a": "b"], settings: settings)
            #expect(try await batches.status(first).status == .inProgress)
            #expect(try await batches.list().elements.map(\.id) == [second, first])
            #expect(try await batches.list(BatchQuery(limit: 1)).hasMore)
            try await batches.cancel(first)
            // Until its answers are asked for, a batch that the provider has ended is on its way in.
            #expect([.cancelling, .finalizing].contains(try await batches.status(first).status))
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await batches.status(BatchID(rawValue: "nobody"))
            }
            #expect(error?.code == .notFound)
        }
    }

    @Test("retrieve returns the answers by the caller's ids, whatever ids the provider used")
    func gl3() async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                String(decoding: request.source, as: UTF8.self).contains("functor")
                    ? .httpError(status: 400, code: "no", message: "no such thing") : .text("an answer")
            }
        }
        // Together gets ids of ours in place of the caller's.
        try await ProviderSimulator.withRunning(.together, script) { simulator in
            let bench = try Workbench()
            let provider = try Provider.compatible(
                .together, baseURL: simulator.baseURL, apiKey: .value("key"), options: Workbench.hurry)
            let batches = BatchOperations(provider, storage: bench.storage)
            let id = try await batches.create(questions, settings: settings)
            let early = await #expect(throws: LLMBatchError.self) { _ = try await batches.retrieve(id) }
            #expect(early?.code == .wrongState && early?.batch == id)
            while try await batches.status(id).status != .completed, try await !batches.hasEnded(id) {}
            let answers = try await batches.retrieve(id)
            #expect(Set(answers.keys.map(\.rawValue)) == ["plain", "chat", "body"])
            #expect(answers["plain"]?.text == "an answer" && answers["body"]?.text == "an answer")
            #expect(answers["chat"]?.error?.code == "no")
            // It is stored: asking again asks nobody.
            await simulator.forget(try #require(await simulator.jobs.first).id)
            #expect(try await batches.retrieve(id).count == 3)
        }
    }

    @Test("invoke creates, polls and retrieves; after its last poll it ends, and the batch stays usable")
    func gl4() async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 503), on: .getBatch, calls: 1...2)]
        }
        try await withBench(script) { bench, simulator in
            let batches = try operations(simulator, bench)
            let answers = try await batches.invoke(
                questions, settings: settings, statusCheckInterval: .milliseconds(5), maxIterations: 10_000)
            #expect(answers["plain"]?.text == "Answer to plain" && answers.count == 3)
            #expect(simulator.ledger.callCount(.getBatch) >= 5)
            simulator.updateScript { $0.holdAt = "in_progress" }
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await batches.invoke(
                    ["a": "b"], settings: settings, statusCheckInterval: .milliseconds(50), maxIterations: 4)
            }
            #expect(error?.kind == .timeout && error?.code == .providerUnavailable)
            let id = try #require(error?.batch)
            #expect(try await !batches.status(id).status.isFinal)
            simulator.release()
            let handle = try await batches.batch(id)
            try await handle.wait()
            #expect(try await batches.retrieve(id)["a"]?.text == "Answer to a")
            #expect(simulator.ledger.acceptedJobs.count == 2)
        }
    }

    @Test("A loop over status reaches the end and collects the answers")
    func polled() async throws {
        try await withBench { bench, simulator in
            let batches = try operations(simulator, bench)
            let id = try await batches.create(questions, settings: settings)
            var looks = 0
            while try await !batches.status(id).status.isFinal, looks < 40 { looks += 1 }
            #expect(try await batches.status(id).status == .completed)
            #expect(try await batches.retrieve(id).count == 3)
            // The same where it is cancelled.
            simulator.updateScript { $0.holdAt = "in_progress" }
            let other = try await batches.create(["a": "b"], settings: settings)
            try await batches.cancel(other)
            simulator.updateScript { $0.holdAt = nil }
            looks = 0
            while try await !batches.status(other).status.isFinal, looks < 40 { looks += 1 }
            #expect(try await batches.status(other).status == .cancelled)
        }
    }

    @Test("Polling a realtime batch sends its requests")
    func polledRealtime() async throws {
        try await withBench { bench, simulator in
            let batches = BatchOperations(try Workbench.realtime(simulator), storage: bench.storage)
            let id = try await batches.create(questions, settings: settings)
            var looks = 0
            while try await !batches.status(id).status.isFinal, looks < 40 { looks += 1 }
            #expect(try await batches.retrieve(id)["plain"]?.text == "Answer to plain")
            #expect(simulator.ledger.askedTwice.isEmpty)
            let offline = BatchOperations(try .offline(), storage: bench.storage)
            let quick = try await offline.create(["a": "b"], settings: settings)
            #expect(try await offline.retrieve(quick).count == 1)
        }
    }

    @Test("retrieve resumes a failed submission")
    func resumed() async throws {
        let refusal = Trouble.Kind.apiError(status: 401, code: "invalid_api_key", message: "no")
        try await withBench(SimulatorScript { $0.troubles = [Trouble(refusal, on: .uploadFile)] }) {
            bench, simulator in
            let batches = try operations(simulator, bench)
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await batches.create(questions, settings: settings)
            }
            let id = try #require(error?.batch)
            let early = await #expect(throws: LLMBatchError.self) { _ = try await batches.retrieve(id) }
            #expect(early?.code == .wrongState, "submitted, and not ended yet")
            #expect(simulator.ledger.acceptedJobs.count == 1)
            var looks = 0
            while try await !batches.status(id).status.isFinal, looks < 40 { looks += 1 }
            #expect(try await batches.retrieve(id).count == 3)
        }
    }

    @Test("invoke keeps the token of an idempotent service")
    func invokedOnce() async throws {
        let script = SimulatorScript {
            $0.statuses = ["validating", "in_progress", "completed"]
            $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            $0.listLag = 50
        }
        try await ProviderSimulator.withRunning(.perplexity, script) { simulator in
            let provider = try Provider.compatible(
                .perplexity, baseURL: simulator.baseURL, apiKey: .value("key"), options: Workbench.hurry)
            let batches = BatchOperations(provider, storage: Storage.memory())
            let input = BatchInput.body(["input": "hello"])
            let answers = try await batches.invoke(
                ["a": input], settings: settings, endpoint: .responses, statusCheckInterval: .milliseconds(5),
                maxIterations: 10_000)
            #expect(answers.count == 1)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    private static let refusals: [(Int, String?, ProviderError.Kind)] = [
        (401, nil, .authentication), (403, nil, .permission), (404, "model_not_found", .modelNotFound),
        (400, "invalid_request", .invalidRequest), (402, nil, .quota), (429, nil, .rateLimit), (503, nil, .overloaded),
        (500, nil, .providerInternal), (504, nil, .timeout),
    ]

    @Test("Errors have the same kinds with every provider", arguments: refusals)
    func gl5(_ status: Int, _ code: String?, _ kind: ProviderError.Kind) async throws {
        let trouble = Trouble.Kind.apiError(status: status, code: code, message: "no")
        try await withBench(SimulatorScript { $0.troubles = [Trouble(trouble, on: .createBatch, calls: 1...)] }) {
            bench, simulator in
            let batches = try operations(simulator, bench)
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await batches.invoke(
                    ["a": "b"], settings: settings, statusCheckInterval: .milliseconds(1),
                    maxIterations: 1_000_000)
            }
            #expect(error?.kind == kind, "\(error?.description ?? "")")
            // Whatever happened, the batch is there.
            #expect(try await batches.list().elements.map(\.id) == [try #require(error?.batch)])
        }
    }

    @Test("Cancellation, malformed messages and a failed connection have their kinds")
    func gl5Others() async throws {
        try await withBench(SimulatorScript { $0.statuses = ["in_progress", "cancelled"] }) { bench, simulator in
            let batches = try operations(simulator, bench)
            let cancelled = await #expect(throws: LLMBatchError.self) {
                _ = try await batches.invoke(
                    ["a": "b"], settings: settings, statusCheckInterval: .milliseconds(1),
                    maxIterations: 1_000_000)
            }
            #expect(cancelled?.kind == .cancelled)
            let malformed = await #expect(throws: LLMBatchError.self) {
                _ = try await batches.create(["a": .messages([])], settings: settings)
            }
            #expect(malformed?.kind == .invalidRequest && malformed?.code == .invalidInput)
        }
        let bench = try Workbench()
        let nobody = try Provider.openAI(baseURL: "http://127.0.0.1:9/v1", options: Workbench.hurry)
        let error = await #expect(throws: LLMBatchError.self) {
            _ = try await BatchOperations(nobody, storage: bench.storage).create(["a": "b"], settings: settings)
        }
        #expect(error?.kind == .network)
    }
}

extension BatchOperations {
    /// True when the provider has ended every job of the batch, as last recorded.
    fileprivate func hasEnded(_ id: BatchID) async throws -> Bool {
        try await batch(id).providerJobs().allSatisfy { $0.state.remoteStatus?.isFinal == true }
    }
}
