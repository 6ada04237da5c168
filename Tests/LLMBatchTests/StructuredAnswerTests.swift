import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Which way a job's requests go.
enum Way: String, CaseIterable, Sendable {
    case realtime, batch

    func provider(_ simulator: ProviderSimulator) throws -> Provider {
        switch self {
        case .realtime: try Workbench.realtime(simulator, model: "m")
        case .batch: try Workbench.openAI(simulator, model: "m")
        }
    }
}

/// A value with most of what a type can hold.
struct Extraction: Codable, Sendable, Hashable {
    struct Person: Codable, Sendable, Hashable {
        enum Role: String, Codable, Sendable, CaseIterable { case buyer, seller }
        let name: String
        let role: Role?
        let born: Date?
    }

    let id: Int
    let people: [Person]
    let amounts: [String: Double]
    let page: URL?
    let isSigned: Bool
}

/// BO10, and services that enforce a schema, refuse it, or take no notice of it.
@Suite("Structured answers")
struct StructuredAnswerTests {
    @Test("The output type is sent with the request, and values are typed, now and in a later process")
    func bo10() async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let job = try Job<Extraction>(prompt: "Extract.", batchSize: 5)
            let provider = try Workbench.openAI(simulator, model: "m", options: ["schema-form": "strict"])
            let result = try await job.run(on: provider, data: reviews(12), storage: bench.storage, name: "deeds")
            #expect(result.success)
            #expect(result.data.map(\.value.id) == Array(0..<12))
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            let body = try #require(try await batch.requests().all().first?.request.body)
            let format = try JSONObject(Array(body)).object("response_format")?.object("json_schema")
            #expect(format?.raw("strict").map(Array.init) == Array("true".utf8))
            #expect(format?.object("schema")?.object("properties")?.has("rows") == true)
            // Recovered from the file alone, without a call.
            let calls = simulator.ledger.calls.count
            let later = try await job.reprocess(result.batch, storage: try SQLiteStorage(path: bench.storage.path))
            #expect(later.data.map(\.value) == result.data.map(\.value))
            #expect(simulator.ledger.calls.count == calls)
        }
    }

    @Test(
        "An answer that fails the type is invalid with its reason and text, never a silent nil", arguments: Way.allCases
    )
    func bo10Invalid(way: Way) async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, _ in
            .structured(request) { row, text in row == 2 ? text.replacing("\"label\"", with: "\"lable\"") : text }
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 3, maxRetries: 0, stopOnExhaustion: false)
            let result = try await job.run(
                on: try way.provider(simulator), data: reviews(6), storage: bench.storage)
            #expect(result.data.map(\.index) == [0, 1, 3, 4, 5])
            let error = try #require(result.errors.first)
            #expect(error.rows == [2])
            #expect(error.kind == .schema)
            #expect(error.message.contains("label"))
            #expect(error.rawResponse?.contains("lable") == true)
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            #expect(try await batch.counts() == .of([.succeeded: 1, .invalid: 1]))
            let stored = try #require(try await batch.results(customIDs: ["rows-0000000-0000002"]).first)
            #expect(stored.outcome == .invalid)
            #expect(stored.error?.message.contains("row 2") == true)
            #expect(stored.text?.contains("lable") == true)
        }
    }

    @Test("A service that enforces schemas answers every row, with both kinds of provider", arguments: Way.allCases)
    func enforcing(way: Way) async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let provider = try way.provider(simulator)
            let extracted = try await Job<Extraction>(prompt: "Extract.", batchSize: 4).run(
                on: provider, data: reviews(10), storage: bench.storage)
            #expect(extracted.data.map(\.value.id) == Array(0..<10))
            let numbers = try await Job<[String: Int]>(prompt: "Count.", batchSize: 4).run(
                on: provider, data: reviews(10), storage: bench.storage)
            #expect(numbers.data.map(\.index) == Array(0..<10))
            let labels = try await Job<Verdict.Label>(prompt: "Label.", batchSize: 4).run(
                on: provider, data: reviews(10), storage: bench.storage)
            #expect(labels.success)
            // Not one schema was refused.
            #expect(!simulator.ledger.calls.contains { $0.status == 400 })
        }
    }

    @Test("A schema that the strict form cannot express is sent unchanged and validated here")
    func plainSchema() async throws {
        let schema = try OutputSchema(
            json: #"{"type":"object","properties":{"id":{"type":"integer"},"note":{}},"required":["id"]}"#)
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let job = try Job<[String: JSONValue]>(prompt: "Look.", schema: schema)
            let result = try await job.run(
                on: try Way.realtime.provider(simulator), data: reviews(3), storage: bench.storage)
            #expect(result.data.map { $0.value["id"] } == [.integer(0), .integer(1), .integer(2)])
            let sent = try JSONObject(Array(try #require(simulator.ledger.calls.first?.body)))
            #expect(sent.object("response_format")?.object("json_schema")?.has("strict") == false)
        }
    }

    /// What becomes of ten rows in two packs of five that are asked twice.
    private static func expectation(_ manner: StructuredModel.Manner) -> (good: [Int], kinds: Set<RowProblem.Kind>) {
        switch manner {
        case .fenced: (Array(0..<10), [])
        case .missingRow: ([0, 1, 2, 3, 5, 6, 7, 8], [.missing])
        case .repeatedRow: ([1, 2, 3, 4, 6, 7, 8, 9], [.duplicate])
        case .nulls: ([1, 2, 3, 4, 6, 7, 8, 9], [.schema])
        case .wrongTypes: ([], [.schema])
        case .extraRow: ([], [.unexpected])
        case .cutOff: ([], [.cutOff])
        case .textIDs: ([], [.missing])
        case .words, .bareList, .empty, .broken: ([], [.unreadable])
        }
    }

    @Test(
        "A service that ignores the schema gives correct values or the outcome invalid",
        arguments: StructuredModel.Manner.allCases, Way.allCases)
    func ignoring(manner: StructuredModel.Manner, way: Way) async throws {
        let script = SimulatorScript { $0.answer = StructuredModel.ignoring(manner) }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 5, maxRetries: 1, stopOnExhaustion: false)
            let result = try await job.run(
                on: try way.provider(simulator), data: reviews(10), storage: bench.storage)
            let expected = Self.expectation(manner)
            #expect(result.data.map(\.index) == expected.good)
            // A value is never another row's.
            #expect(result.data.map(\.value.id) == expected.good)
            #expect(Set(result.errors.map(\.kind)) == expected.kinds)
            #expect(result.errors.flatMap(\.rows).sorted() == (0..<10).filter { !expected.good.contains($0) })
            #expect(result.errors.allSatisfy { $0.attempts == 2 && !$0.message.isEmpty && $0.rawResponse != nil })
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            let counts = try await batch.counts()
            #expect(counts[.invalid] == (expected.kinds.isEmpty ? 0 : 2))
            #expect(counts[.succeeded] == (expected.kinds.isEmpty ? 2 : 0))
            #expect(try await batch.rows().all().map(\.row) == Array(0..<10))
        }
    }

    @Test(
        "Rows carry the reason of a service that rejects the schema, and are not sent again", arguments: Way.allCases)
    func refused(way: Way) async throws {
        let script = SimulatorScript {
            $0.answer = { _ in
                .httpError(status: 400, code: nil, message: "Invalid schema for response_format 'rows': no")
            }
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 5, stopOnExhaustion: false)
            let result = try await job.run(
                on: try way.provider(simulator), data: reviews(10), storage: bench.storage)
            #expect(result.data.isEmpty)
            #expect(result.errors.map(\.rows) == [Array(0..<5), Array(5..<10)])
            #expect(result.errors.allSatisfy { $0.kind == .provider && $0.attempts == 1 })
            #expect(result.errors.allSatisfy { $0.message.contains("Invalid schema for response_format") })
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            #expect(try await batch.counts() == .of([.errored: 2]))
        }
    }

    @Test("A stored answer is validated again with a changed schema, without a new request")
    func l5() async throws {
        struct Loose: Codable, Sendable {
            let id: Int
            let label: String
        }
        let ledger = RowLedger()
        let script = ledger.script { request, _, _ in
            .structured(request) { row, text in
                row == 7 ? #"{"row_id":7,"id":7,"label":"ecstatic","reason":null}"# : text
            }
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.", maxRetries: 1, stopOnExhaustion: false)
            let strict = try await job.run(
                on: try Way.realtime.provider(simulator), data: reviews(10), storage: bench.storage)
            #expect(strict.data.count == 9)
            #expect(strict.errors.map(\.kind) == [.schema])
            #expect(strict.errors.first?.rawResponse?.contains("ecstatic") == true)
            let asked = ledger.requests.count
            let schema = try OutputSchema(
                json:
                    #"{"type":"object","properties":{"id":{"type":"integer"},"label":{"type":"string"}},"required":["id","label"]}"#
            )
            let loose = try await Job<Loose>(prompt: "Classify.", schema: schema).reprocess(
                strict.batch, storage: bench.storage)
            #expect(loose.success)
            #expect(loose.data.map(\.value.id) == Array(0..<10))
            #expect(loose[7]?.label == "ecstatic")
            // Of a row that was answered well at once, the first answer stands.
            #expect(loose.metrics.rowsSucceeded == 10)
            #expect(ledger.requests.count == asked)
            // What the batch says of itself stays as it was.
            let batch = try await Batch.load(strict.batch, storage: bench.storage)
            #expect(try await batch.counts() == .of([.invalid: 1]))
        }
    }

    @Test(
        "One invalid row in a group of ten is sent again alone, and nine values are kept",
        arguments: Way.allCases)
    func l7(way: Way) async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, before in
            .structured(request) { row, text in
                row == 6 && before[6] == 0 ? text.replacing("\"label\"", with: "\"lable\"") : text
            }
        }
        try await withBench(script) { bench, simulator in
            let job = try Job<Verdict>(prompt: "Classify.")
            let result = try await job.run(
                on: try way.provider(simulator), data: reviews(10), storage: bench.storage)
            #expect(result.data.map(\.value.id) == Array(0..<10))
            #expect(ledger.requests == [Array(0..<10), [6]])
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            let history = try await batch.row(6)
            #expect(history.attempts.map { $0.result?.outcome } == [.invalid, .succeeded])
            #expect(history.result.attempts == 2)
            #expect(try await batch.row(5).result.attempts == 1)
            #expect(try await batch.counts() == .of([.succeeded: 1]))
        }
    }
}
