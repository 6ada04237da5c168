import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Answers that the storage has already, in place of new ones.
@Suite("Reusing answers")
struct ReuseTests {
    private func batch(
        _ numbers: Range<Int>, _ bench: borrowing Workbench, _ provider: Provider, prefix: String = "r"
    ) async throws -> Batch {
        let requests = numbers.map { number in
            BatchRequest(
                customID: CustomID("\(prefix)\(number)"), endpoint: .chatCompletions,
                body: ["model": "m", "messages": [["role": "user", "content": .string("question \(number)")]]])
        }
        return try await Batch.create(.requests(requests), provider: provider, storage: bench.storage)
    }

    @Test("An answered request is not sent again, is marked as reused, and costs nothing", arguments: Way.allCases)
    func reused(way: Way) async throws {
        try await withBench { bench, simulator in
            let first = try await batch(0..<20, bench, try way.provider(simulator))
            try await first.wait()
            let asked = simulator.ledger.contents.asks.count
            #expect(asked == 20)
            let second = try await batch(10..<30, bench, try way.provider(simulator), prefix: "other-").reusingAnswers()
            try await second.wait()
            #expect(simulator.ledger.contents.asks.count == asked + 10)
            #expect(try await second.counts() == .of([.succeeded: 20]))
            let results = try await second.results().all()
            #expect(results.map(\.isReused) == Array(repeating: true, count: 10) + Array(repeating: false, count: 10))
            #expect(results[0].usage == TokenUsage() && results[10].usage.input != nil)
            let old = try #require(try await first.results(customIDs: ["r10"]).first)
            #expect(results[0].text == old.text)
            #expect(try JSONObject(try #require(results[0].line)).string("custom_id") == "other-10")
            #expect(results[0].nativeLine == old.line)
            // A third one finds everything, and calls nobody.
            let calls = simulator.ledger.calls.count
            let third = try await batch(0..<30, bench, try way.provider(simulator), prefix: "third-").reusingAnswers()
            try await third.wait()
            #expect(try await third.counts() == .of([.succeeded: 30]))
            #expect(simulator.ledger.calls.count == calls)
            // Nothing is reused unless it is asked for, or for another model.
            try await batch(0..<2, bench, try way.provider(simulator), prefix: "new-").wait()
            #expect(simulator.ledger.contents.asks.count == asked + 12)
            let other =
                way == .realtime
                ? try Workbench.realtime(simulator, model: "large") : try Workbench.openAI(simulator, model: "large")
            try await batch(0..<2, bench, other, prefix: "large-").reusingAnswers().wait()
            #expect(simulator.ledger.contents.asks.count == asked + 14)
        }
    }

    @Test("The request and the provider decide about reuse; pace and custom id do not")
    func content() {
        func content(
            _ id: CustomID = "a", endpoint: Endpoint = .chatCompletions,
            body: [String: JSONValue] = ["model": "m", "n": 1],
            _ change: (inout ProviderSettings) -> Void = { _ in }
        ) -> ReuseKey {
            var settings = ProviderSettings(name: "openai", baseURL: "https://a.example", options: ["native": "true"])
            change(&settings)
            return ReuseKey(BatchRequest(customID: id, endpoint: endpoint, body: body), provider: settings)
        }
        let one = content()
        #expect(content("b") == one)
        #expect(content { $0.options["poll-interval"] = "9" } == one)
        #expect(content { $0.keySource = "env:OTHER" } == one)
        // A flag that is off is one that is not set.
        #expect(content { $0.options["native"] = "false" } == content { $0.options = [:] })
        let others = [
            content(endpoint: .responses), content(body: ["model": "m", "n": 2]), content { $0.name = "groq" },
            content { $0.baseURL = "https://b.example" }, content { $0.model = "large" },
            content { $0.options["max-tokens"] = "9" }, content { $0.options = [:] },
        ]
        #expect(Set(others + [one]).count == others.count + 1)
    }

    @Test("Failures are not reused; a retry reuses answers of other batches", arguments: Way.allCases)
    func retried(way: Way) async throws {
        let failing = SimulatorScript {
            $0.answer = { $0.customID.hasPrefix("bad") ? .httpError(status: 400, code: "no", message: "no") : .success }
        }
        try await withBench(failing) { bench, simulator in
            let provider = try way.provider(simulator)
            let bad = try await batch(0..<4, bench, provider, prefix: "bad")
            try await bad.wait()
            #expect(try await bad.counts() == .of([.errored: 4]))
            let asked = simulator.ledger.contents.asks.count
            let good = try await batch(0..<2, bench, provider).reusingAnswers()
            try await good.wait()
            #expect(simulator.ledger.contents.asks.count == asked + 2)
            let again = bad.reusingAnswers()
            try await again.retry()
            try await again.wait()
            #expect(try await bad.counts() == .of([.succeeded: 2, .errored: 2]))
            #expect(simulator.ledger.contents.asks.count == asked + 4)
            let history = try await bad.history(customID: "bad0")
            #expect(history.map { $0.result?.isReused } == [false, true])
        }
    }

    @Test("A job reuses the row groups it shares with another, and counts them", arguments: Way.allCases)
    func jobs(way: Way) async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let provider = try way.provider(simulator)
            let job = try Job<Verdict>(prompt: "Classify.", stopOnExhaustion: false)
            _ = try await job.run(on: provider, data: reviews(30), storage: bench.storage)
            let asked = simulator.ledger.contents.asks.count
            let longer = try await job.reusingAnswers().run(on: provider, data: reviews(45), storage: bench.storage)
            #expect(longer.data.map(\.value.id) == Array(0..<45))
            #expect(simulator.ledger.contents.asks.count == asked + 2)
            #expect(longer.metrics.reused == 3)
            #expect(longer.metrics.inputTokens == 2 * 14)
            // Another prompt is another content.
            let other = try Job<Verdict>(prompt: "Classify well.").reusingAnswers()
            #expect(try await other.run(on: provider, data: reviews(30), storage: bench.storage).metrics.reused == 0)
        }
    }

    @Test("An answer that the job's type rejects is requested again, not reused")
    func refusedByType() async throws {
        struct Even: Codable, Sendable {
            let id: Int
            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                id = try container.decode(Int.self, forKey: .id)
                if id % 2 == 1 {
                    throw DecodingError.dataCorruptedError(forKey: .id, in: container, debugDescription: "odd")
                }
            }
        }
        struct Anything: Codable, Sendable { let id: Int }
        let schema = try OutputSchema(
            json: #"{"type":"object","properties":{"id":{"type":"integer"}},"required":["id"]}"#)
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let provider = try Way.realtime.provider(simulator)
            _ = try await Job<Anything>(prompt: "Look.", batchSize: 1, schema: schema).run(
                on: provider, data: reviews(4), storage: bench.storage)
            let even = try Job<Even>(
                prompt: "Look.", batchSize: 1, maxRetries: 2, stopOnExhaustion: false, schema: schema)
            let result = try await even.reusingAnswers().run(on: provider, data: reviews(4), storage: bench.storage)
            #expect(result.data.map(\.index) == [0, 2])
            #expect(result.errors.map(\.attempts) == [3, 3])
            #expect(result.metrics.reused == 2)
            #expect(simulator.ledger.contents.asks.count == 4 + 2 * 3)
        }
    }

    @Test("A request whose reusable answer was removed reports it and can be retried")
    func removed() async throws {
        try await withBench { bench, simulator in
            let provider = try Way.batch.provider(simulator)
            let first = try await batch(0..<3, bench, provider)
            try await first.wait()
            // Planned, and stopped before anything was done.
            let second = try await batch(0..<5, bench, provider, prefix: "b").reusingAnswers()
            let full = LLMBatchError(.storageUnavailable, "the disk is full")
            let storage = FaultyStorage(wrapping: bench.storage, plan: [.on(.saveProviderJob, 1..., .failBefore(full))])
            let failing = try await Batch.load(second.id, storage: storage, provider: provider).reusingAnswers()
            await #expect(throws: (any Error).self) { try await failing.wait() }
            try await bench.storage.deleteBatch(first.id)
            try await second.wait()
            #expect(try await second.counts() == .of([.succeeded: 2, .errored: 3]))
            #expect(
                try await second.results(customIDs: ["b0"]).first?.error?.code == "reused_answer_gone")
            try await second.retry()
            try await second.wait()
            #expect(try await second.counts() == .of([.succeeded: 5]))
        }
    }

    @Test("A batch that is cancelled before its answers are reused reuses none")
    func cancelled() async throws {
        try await withBench { bench, simulator in
            let provider = try Way.batch.provider(simulator)
            try await batch(0..<3, bench, provider).wait()
            let second = try await batch(0..<3, bench, provider, prefix: "b").reusingAnswers()
            let full = LLMBatchError(.storageUnavailable, "the disk is full")
            let storage = FaultyStorage(wrapping: bench.storage, plan: [.on(.saveProviderJob, 1..., .failBefore(full))])
            let failing = try await Batch.load(second.id, storage: storage, provider: provider).reusingAnswers()
            await #expect(throws: (any Error).self) { try await failing.wait() }
            try await second.cancel()
            try await second.wait()
            #expect(try await second.counts() == .of([.cancelled: 3]))
        }
    }
}
