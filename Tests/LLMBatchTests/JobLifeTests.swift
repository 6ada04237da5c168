import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Jobs over time: they go on in a later process, are told apart, forked, stopped and read again.
@Suite("The life of typed jobs")
struct JobLifeTests {
    @Test("A job on a batch provider resumes after a restart: one provider job, each row sent once")
    func restart() async throws {
        let script = SimulatorScript {
            $0.answer = StructuredModel.enforcing
            $0.holdAt = "in_progress"
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.")
            let provider = try Way.batch.provider(simulator)
            let storage = bench.storage
            let first = Task {
                try await job.run(on: provider, data: reviews(35), storage: storage, name: "reviews")
            }
            try await simulator.ledger.waitForCalls(.getBatch, count: 2)
            first.cancel()
            await #expect(throws: (any Error).self) { try await first.value }
            simulator.release()
            let result = try await job.run(
                on: try Way.batch.provider(simulator), data: reviews(35),
                storage: try SQLiteStorage(path: storage.path), name: "reviews")
            #expect(result.data.map(\.value.id) == Array(0..<35))
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(simulator.ledger.askedTwice.isEmpty)
            // Finished, it is read and not asked.
            let calls = simulator.ledger.calls.count
            let again = try await job.run(on: provider, data: reviews(35), storage: storage, name: "reviews")
            #expect(again.data.map(\.value) == result.data.map(\.value))
            #expect(simulator.ledger.calls.count == calls)
        }
    }

    @Test("A row that fails on a batch provider is sent again in its own provider job")
    func batchRetry() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, before in
            .structured(request) { row, text in before[row] == 0 && row % 10 == 3 ? nil : text }
        }
        try await withBench(script) { bench, simulator in
            let result = try await Job<Verdict>(prompt: "Classify.").run(
                on: try Way.batch.provider(simulator), data: reviews(30), storage: bench.storage)
            #expect(result.data.map(\.value.id) == Array(0..<30))
            #expect(simulator.ledger.acceptedJobs.count == 2)
            #expect(ledger.requests.dropFirst(3) == [[3], [13], [23]])
            #expect(result.metrics.retries == 3)
        }
    }

    @Test("Resuming with another definition is rejected with every difference, or forks the job")
    func differences() async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let provider = try Way.realtime.provider(simulator)
            let job = try Job<Verdict>(prompt: "Classify.", parameters: ["temperature": 0])
            let first = try await job.run(on: provider, data: reviews(5), storage: bench.storage, name: "n")
            let storage = bench.storage
            func refusal<Output>(_ job: Job<Output>, on other: Provider? = nil, rows: Int = 5) async -> String? {
                await Self.refusal {
                    _ = try await job.run(
                        on: other ?? provider, data: reviews(rows), storage: storage, name: "n")
                }
            }
            let named = "the job named \"n\" differs: "
            #expect(
                await refusal(try Job<Verdict>(prompt: "Other.", parameters: ["temperature": 0])) == named
                    + "the prompt")
            #expect(
                await refusal(try Job<Extraction>(prompt: "Classify.", batchSize: 5)) == named
                    + "the schema, batchSize (5, was 10), the parameters")
            #expect(
                await refusal(try Job<String>(prompt: "Classify.", shuffle: true, parameters: ["temperature": 0]))
                    == named + "the output (text, was values), shuffle (true, was false)")
            #expect(await refusal(job, rows: 6) == named + "the rows")
            let model = try Workbench.realtime(simulator, model: "large")
            #expect(await refusal(job, on: model) == named + "the model (large, was m)")
            let service = try Workbench.openAI(simulator, model: "m")
            #expect(await refusal(job, on: service) == named + "the provider (openai, was realtime)")
            // How often something is asked again changes nothing of what is asked.
            let patient = try Job<Verdict>(prompt: "Classify.", maxRetries: 9, parameters: ["temperature": 0])
            #expect(
                try await patient.run(on: provider, data: reviews(5), storage: bench.storage, name: "n").batch
                    == first.batch)
            let other = try Job<Verdict>(prompt: "Other.")
            let forked = try await other.run(
                on: provider, data: reviews(5), storage: bench.storage, name: "n", fork: true)
            let again = try await other.run(
                on: provider, data: reviews(5), storage: bench.storage, name: "n", fork: true)
            #expect(forked.batch != first.batch && again.batch == forked.batch)
            #expect(try await bench.storage.batch(forked.batch)?.name == "n-2")
            #expect(try await bench.storage.batches(BatchQuery()).elements.count == 2)
        }
    }

    private static func refusal(_ run: () async throws -> Void) async -> String? {
        do { try await run() } catch let error as LLMBatchError {
            return error.code == .nameTaken ? error.message : "\(error.code)"
        } catch { return "\(error)" }
        return nil
    }

    @Test("Stored answers are read again with a changed type, wider or narrower, without a call")
    func reprocess() async throws {
        struct Wide: Codable, Sendable {
            let id: Int
            let label: String
            let reason: String?
        }
        struct Narrow: Codable, Sendable {
            enum Label: String, Codable, Sendable, CaseIterable { case positive, neutral }
            let id: Int
            let label: Label
            let reason: String?
        }
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let done = try await Job<Verdict>(prompt: "Classify.").run(
                on: try Way.batch.provider(simulator), data: reviews(12), storage: bench.storage)
            let calls = simulator.ledger.calls.count
            let wide = try await Job<Wide>(prompt: "Classify.").reprocess(done.batch, storage: bench.storage)
            #expect(wide.data.map(\.value.label) == done.data.map(\.value.label.rawValue))
            let narrow = try await Job<Narrow>(prompt: "Classify.", stopOnExhaustion: false).reprocess(
                done.batch, storage: bench.storage)
            let negative = done.data.filter { $0.value.label == .negative }.map(\.index)
            #expect(!negative.isEmpty)
            #expect(narrow.errors.flatMap(\.rows).sorted() == negative)
            #expect(narrow.errors.allSatisfy { $0.kind == .schema && $0.rawResponse?.contains("negative") == true })
            #expect(narrow.data.map(\.index) == (0..<12).filter { !negative.contains($0) })
            #expect(simulator.ledger.calls.count == calls)
            let plain = try await Batch.create(
                Workbench.requests(1), provider: try .offline(), storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) {
                try await Job<Wide>(prompt: "Classify.").reprocess(plain.id, storage: bench.storage)
            }
            #expect(error?.code == .wrongState)
        }
    }

    @Test("A typed job embeds the text of every row, with both kinds of provider", arguments: Way.allCases)
    func embeddings(way: Way) async throws {
        try await withBench { bench, simulator in
            let job = try Job.embeddings(of: "review", batchSize: 4, parameters: ["dimensions": 3])
            let result = try await job.run(
                on: try way.provider(simulator), data: reviews(10), storage: bench.storage)
            #expect(result.data.map(\.index) == Array(0..<10))
            #expect(result.data.allSatisfy { $0.value.count == 3 })
            // The simulator's vectors tell the place in their request.
            #expect(result[0]?.first == result[4]?.first && result[0]?.first != result[1]?.first)
            #expect(result.metrics.inputTokens == 70)
            let error = await #expect(throws: LLMBatchError.self) {
                try await job.run(on: try way.provider(simulator), data: [["other": "x"]], storage: bench.storage)
            }
            #expect(error?.code == .invalidInput)
            #expect(error?.message == "row 0 has no text in \"review\"")
        }
    }

    @Test(
        "A rejected key stops the job at once and loses nothing, and the right one resumes it", arguments: Way.allCases)
    func refusedKey(way: Way) async throws {
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            simulator.updateScript { script in
                script.apiKey = "sk-test"
                // The key is revoked in the middle.
                script.troubles = [
                    Trouble(
                        .respond(
                            status: 401, headers: [:],
                            body:
                                #"{"error":{"message":"revoked","type":"invalid_request_error","code":"invalid_api_key"}}"#
                        ),
                        on: way == .realtime ? .chatCompletions : .createBatch, calls: (way == .realtime ? 3 : 1)...)
                ]
            }
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 5, concurrency: 1)
            let error = await #expect(throws: LLMBatchError.self) {
                try await job.run(
                    on: try way.provider(simulator), data: reviews(50), storage: bench.storage, name: "n")
            }
            #expect(error?.code == .keyRefused)
            #expect(ledger.requests.count == (way == .realtime ? 2 : 0))
            #expect(simulator.ledger.callCount(way == .realtime ? .chatCompletions : .createBatch) <= 4)
            simulator.updateScript { $0.troubles = [] }
            let result = try await job.run(
                on: try way.provider(simulator), data: reviews(50), storage: bench.storage, name: "n")
            #expect(result.data.map(\.value.id) == Array(0..<50))
            #expect(ledger.requests.count == 10)
        }
    }

    @Test("Rows of text are sent one per request to a batch provider")
    func texts() async throws {
        try await withBench(SimulatorScript { $0.answer = { .text("about \($0.customID)") } }) { bench, simulator in
            let result = try await Job<String>(prompt: "Write.", batchSize: 1).run(
                on: try Way.batch.provider(simulator), data: reviews(3), storage: bench.storage)
            #expect(
                result.data.map(\.value) == ["about row-0000000", "about row-0000001", "about row-0000002"])
        }
    }
}

@Suite("Concurrent runs of one job")
struct JobMeetingTests {
    @Test(
        "Concurrent runs of one named job are one job, and each gets its values", arguments: 0..<3
    )
    func together(_ round: Int) async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.")
            let (storage, provider) = (bench.storage, try Way.batch.provider(simulator))
            let values = try await withThrowingTaskGroup(of: [Int].self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await job.run(on: provider, data: reviews(20), storage: storage, name: "same").data.map(
                            \.value.id)
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(values == Array(repeating: Array(0..<20), count: 4))
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(try await storage.batches(BatchQuery()).elements.count == 1)
        }
    }
}
