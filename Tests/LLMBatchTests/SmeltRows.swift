import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// SM1 to SM9: what smelt's `Job` lets its users do, in its counterpart here.
@Suite("Typed jobs")
struct SmeltRows {
    @Test("The settings have their defaults and shape the requests")
    func sm1() async throws {
        let job = try Job<Verdict>(prompt: "Classify the review.")
        #expect(job.definition.batchSize == 10)
        #expect(job.concurrency == nil)
        #expect(job.definition.maxRetries == 3)
        #expect(job.stopOnExhaustion)
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            let result = try await job.run(
                on: try Workbench.realtime(simulator, model: "m"), data: reviews(25), storage: bench.storage)
            #expect(result.success)
            #expect(result.data.map(\.index) == Array(0..<25))
            #expect(result.data.map(\.value.id) == Array(0..<25))
            #expect(ledger.requests.map(\.count).sorted() == [5, 10, 10])
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            #expect(
                try await batch.requests().all().map(\.request.customID) == [
                    "rows-0000000-0000009", "rows-0000010-0000019", "rows-0000020-0000024",
                ])
        }
    }

    @Test("Requests in flight stay within the job's concurrency", arguments: [1, 3])
    func sm1Concurrency(concurrency: Int) async throws {
        let (most, gate) = (Peak(), Gate())
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            let base = try Workbench.realtime(simulator, model: "m")
            guard case .realtime(let realtime) = base.kind else { return }
            let provider = Provider(Watched(base: realtime, peak: most, gate: gate, full: concurrency))
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 1, concurrency: concurrency)
            let result = try await job.run(on: provider, data: reviews(12), storage: bench.storage)
            #expect(result.success)
            #expect(most.value == concurrency)
        }
    }

    @Test("Shuffled rows are grouped in another order and returned in their own")
    func sm1Shuffle() async throws {
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 7, shuffle: true)
            let result = try await job.run(
                on: try Workbench.realtime(simulator, model: "m"), data: reviews(100), storage: bench.storage)
            #expect(result.data.map(\.index) == Array(0..<100))
            #expect(result.data.map(\.value.id) == Array(0..<100))
            #expect(ledger.requests.flatMap(\.self) != Array(0..<100))
            #expect(ledger.requests.flatMap(\.self).sorted() == Array(0..<100))
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            #expect(try await batch.rows().all().map(\.row) == Array(0..<100))
            for row in [0, 50, 99] {
                let found = try await batch.row(row)
                #expect(found.result.row == row)
                #expect(try JSONObject(found.result.input).integer("id") == row)
            }
        }
    }

    @Test(
        "An invalid configuration is rejected at creation, with its value",
        arguments: [
            ("", 10, 3, 3, "prompt"), (" \n\t", 10, 3, 3, "prompt"), ("p", 0, 3, 3, "batchSize is 0"),
            ("p", -4, 3, 3, "batchSize is -4"), ("p", 10, 0, 3, "concurrency is 0"),
            ("p", 10, 3, -1, "maxRetries is -1"),
        ])
    func sm2(prompt: String, batchSize: Int, concurrency: Int, maxRetries: Int, named: String) throws {
        let error = #expect(throws: LLMBatchError.self) {
            try Job<Verdict>(prompt: prompt, batchSize: batchSize, concurrency: concurrency, maxRetries: maxRetries)
        }
        #expect(error?.code == .invalidConfiguration)
        #expect(error?.message.contains(named) == true, "\(error?.message ?? "")")
    }

    @Test("Parameters that the job sets itself are rejected")
    func sm2Parameters() throws {
        let error = #expect(throws: LLMBatchError.self) {
            try Job<Verdict>(prompt: "p", parameters: ["temperature": 0, "messages": []])
        }
        #expect(error?.message.contains("messages") == true)
    }

    @Test("Rows can come from values, objects, a stream or a file")
    func sm3() async throws {
        struct Review: Encodable, Sendable {
            let id: Int
            let review: String
        }
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            let provider = try Workbench.realtime(simulator, model: "m")
            let job = try Job<Verdict>(prompt: "Classify.")
            let values = (0..<12).map { Review(id: $0, review: "x") }
            let stream = AsyncStream { continuation in
                for value in values { continuation.yield(value) }
                continuation.finish()
            }
            let file = bench.path("rows.jsonl")
            try Data((0..<12).map { "{\"id\":\($0)}\n" }.joined().utf8).write(to: URL(filePath: file))
            var found: [[Int]] = []
            found.append(try await job.run(on: provider, data: values, storage: bench.storage).data.map(\.value.id))
            found.append(try await job.run(on: provider, data: stream, storage: bench.storage).data.map(\.value.id))
            found.append(try await job.run(on: provider, data: .jsonl(file)).data.map(\.value.id))
            found.append(try await job.run(on: provider, data: reviews(12)).data.map(\.value.id))
            #expect(found == Array(repeating: Array(0..<12), count: 4))
        }
    }

    @Test("A test sends only the first row and retries it; no row is a configuration error")
    func sm4() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, before in
            before[0] == 0 ? .text("no") : .structured(request)
        }
        try await withBench(script) { bench, simulator in
            let provider = try Workbench.realtime(simulator, model: "m")
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 50, shuffle: true)
            let result = try await job.test(on: provider, data: reviews(200), storage: bench.storage)
            #expect(result.data.map(\.index) == [0])
            #expect(result.metrics.retries == 1)
            #expect(ledger.counts == [0: 2])
            let error = await #expect(throws: LLMBatchError.self) {
                try await job.test(on: provider, data: reviews(0), storage: bench.storage)
            }
            #expect(error?.code == .invalidConfiguration)
            let strict = try Job<Verdict>(prompt: "Classify.", maxRetries: 0)
            simulator.setScript(SimulatorScript { $0.answer = { _ in .text("no") } })
            await #expect(throws: TypedJobExhaustion<Verdict>.self) {
                try await strict.test(on: provider, data: reviews(2), storage: bench.storage)
            }
        }
    }

    @Test("A result has values in order, errors with rows and raw responses, and metrics")
    func sm5() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, rows, _ in
            rows.contains(23)
                ? .httpError(status: 400, code: "bad", message: "no such thing")
                : .structured(request) { row, text in row == 4 ? text.replacing("\"label\"", with: "\"lable\"") : text }
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.", maxRetries: 2, stopOnExhaustion: false)
            let result = try await job.run(
                on: try Workbench.realtime(simulator, model: "m"), data: reviews(30), storage: bench.storage)
            #expect(!result.success)
            #expect(result.data.map(\.index) == (0..<20).filter { $0 != 4 })
            #expect(result[5]?.id == 5)
            #expect(result[4] == nil && result[29] == nil)
            try #require(result.errors.count == 2)
            let (schema, provider) = (result.errors[0], result.errors[1])
            #expect(schema.rows == [4])
            #expect(schema.kind == .schema)
            #expect(schema.message.contains("label"))
            #expect(schema.attempts == 3)
            #expect(schema.rawResponse?.contains("lable") == true)
            #expect(provider.rows == Array(20..<30))
            #expect(provider.kind == .provider)
            // What a provider refuses for good is not asked again.
            #expect(provider.attempts == 1)
            #expect(provider.rawResponse?.contains("no such thing") == true)
            let metrics = result.metrics
            #expect((metrics.rowsSucceeded, metrics.rowsFailed) == (19, 11))
            #expect((metrics.requestsSucceeded, metrics.requestsFailed, metrics.retries) == (1, 2, 2))
            #expect((metrics.inputTokens, metrics.outputTokens) == (14 * 4, 5 * 4))
            #expect(metrics.wallSeconds > 0)
            #expect(metrics.cost(inputPerMillion: 1, outputPerMillion: 2) == (56.0 + 40) / 1_000_000)
        }
    }

    @Test("Exhausted retries are an error with the partial result, or are collected")
    func sm6() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, _ in
            .structured(request) { row, text in row == 3 ? nil : text }
        }
        try await withBench(script) { bench, simulator in
            let provider = try Workbench.realtime(simulator, model: "m")
            let job = try Job<Verdict>(prompt: "Classify.", maxRetries: 1)
            let error = await #expect(throws: TypedJobExhaustion<Verdict>.self) {
                try await job.run(on: provider, data: reviews(10), storage: bench.storage)
            }
            #expect(error?.result.data.map(\.index) == [0, 1, 2, 4, 5, 6, 7, 8, 9])
            #expect(error?.result.errors.map(\.kind) == [.missing])
            #expect(ledger.counts[3] == 2)
            let collecting = try Job<Verdict>(prompt: "Classify.", maxRetries: 0, stopOnExhaustion: false)
            let result = try await collecting.run(on: provider, data: reviews(10), storage: bench.storage)
            #expect(result.errors.map(\.rows) == [[3]])
        }
    }

    @Test("Invalid answers are retried at once, a busy provider after pauses that double to a minute")
    func sm7() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, rows, before in
            if rows.contains(15), before[15, default: 0] < 8 {
                return .httpError(status: 503, code: nil, message: "busy")
            }
            return .structured(request) { row, text in before[row] == 0 && row % 5 == 2 ? nil : text }
        }
        try await withBench(script) { bench, simulator in
            let clock = PauseClock()
            // One call an attempt, so that the pauses are the job's.
            let provider = try Workbench.realtime(simulator, model: "m", options: ["max-tries": "1"])
            let quick = try Job<Verdict>(prompt: "Classify.").on(clock.clock)
            _ = try await quick.run(on: provider, data: reviews(10), storage: bench.storage)
            #expect(clock.long.isEmpty)
            #expect(ledger.requests == [Array(0..<10), [2, 7]])
            let patient = try Job<Verdict>(prompt: "Classify patiently.", maxRetries: 9).on(clock.clock)
            let result = try await patient.run(on: provider, data: reviews(20), storage: bench.storage)
            #expect(result.success)
            #expect(clock.long == [1, 2, 4, 8, 16, 32, 60, 60])
        }
    }

    @Test("An answer must have exactly the rows that were sent")
    func sm7Exact() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, rows, before in
            guard rows.count > 1, before[rows[0]] == 0 else { return .structured(request) }
            switch rows[0] {
            case 0: return StructuredModel.ignoring(.missingRow)(request)
            case 4: return StructuredModel.ignoring(.extraRow)(request)
            default: return StructuredModel.ignoring(.repeatedRow)(request)
            }
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 4, concurrency: 1)
            let result = try await job.run(
                on: try Workbench.realtime(simulator, model: "m"), data: reviews(12), storage: bench.storage)
            #expect(result.data.map(\.value.id) == Array(0..<12))
            // The row that was left out; all rows of an answer that mixed them up; the row that came twice.
            #expect(ledger.requests.dropFirst(3) == [[3], [4, 5, 6, 7], [8]])
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            let reasons = try await batch.history(customID: "rows-0000004-0000007").map { $0.result?.error?.message }
            #expect(reasons[0]?.contains("rows that were not requested: 1000000") == true)
        }
    }

    @Test("A provider without a model or with an invalid setting is a configuration error")
    func sm8() async throws {
        try await withBench { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.")
            let error = await #expect(throws: LLMBatchError.self) {
                try await job.run(on: try Workbench.realtime(simulator), data: reviews(1), storage: bench.storage)
            }
            #expect(error?.code == .invalidConfiguration)
            #expect(simulator.ledger.calls.isEmpty)
            let option = #expect(throws: LLMBatchError.self) {
                try Provider.realtime(model: "m", baseURL: simulator.baseURL, options: ["temprature": "0"])
            }
            #expect(option?.code == .invalidConfiguration)
            let named = try Job<Verdict>(prompt: "Classify.", parameters: ["model": "m", "temperature": 0.5])
            simulator.setScript(SimulatorScript { $0.answer = StructuredModel.enforcing })
            let result = try await named.run(on: try Workbench.realtime(simulator), data: reviews(1))
            #expect(result.success)
            let sent = try #require(simulator.ledger.calls.last?.body)
            #expect(try JSONObject(Array(sent)).string("model") == "m")
        }
    }

    @Test("Without an output type a row becomes a text, alone or in a group", arguments: [1, 4])
    func sm9(batchSize: Int) async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, _ in
            batchSize == 1 ? .text("a poem") : StructuredModel.enforcing(request)
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<String>(prompt: "Write a poem.", batchSize: batchSize)
            let result = try await job.run(
                on: try Workbench.realtime(simulator, model: "m"),
                data: [["text": "one"], ["text": "two"], ["text": "three"], ["text": "four"], ["text": "five"]],
                storage: bench.storage)
            #expect(
                result.data.map(\.value)
                    == (batchSize == 1
                        ? Array(repeating: "a poem", count: 5) : ["one", "two", "three", "four", "five"]))
            let sent = try #require(simulator.ledger.calls.first?.body)
            #expect(try JSONObject(Array(sent)).has("response_format") == (batchSize > 1))
        }
    }
}
