import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Rows of any spelling become requests that are JSON, or are refused by file and line.
@Suite("Writing rows into requests")
struct RowWritingTests {
    private func source(_ lines: [String], _ bench: borrowing Workbench) throws -> RowSource {
        let path = bench.path("rows.jsonl")
        try Data(lines.joined(separator: "\n").utf8).write(to: URL(filePath: path))
        return .jsonl(path)
    }

    @Test("Rows with white space, nothing or nested values are returned unchanged")
    func spellings() async throws {
        let lines = [
            #"{"t":"a"}"#, "{ }", "{\t}", "{}", #"  { "t" : [ ] } "#, #"{"a":{"b":[{ }, {"row_id":1}]}}"#, "[ ]",
            #""x""#,
            "1e400", "null", #"{"caf\#u{E9}":1,"cafe\#u{301}":2}"#, #"{"t":"\"}, {"}"#, "\r{\"r\":1}\r",
        ]
        let bench = try Workbench()
        for batchSize in [1, 4, 20] {
            let job = try Job<Verdict>(prompt: "x", batchSize: batchSize)
            let result = try await job.run(on: .offline(), data: try source(lines, bench), storage: bench.storage)
            #expect(result.data.map(\.index) == Array(lines.indices))
            let rows = try await Batch.load(result.batch, storage: bench.storage).rows().all()
            for (row, line) in zip(rows, lines) {
                let given = try JSONValue(json: Array(line.utf8))
                let wanted: JSONValue = if case .object = given { given } else { ["value": given] }
                #expect(try JSONValue(json: row.input) == wanted, "\(line)")
            }
            #expect(try JSONObject(rows[10].input).members.count == 2)
            for try await request in try await Batch.load(result.batch, storage: bench.storage).requests() {
                _ = try JSONValue(json: request.request.line)
            }
        }
    }

    @Test(
        "An invalid row is rejected with its line, and nothing is stored",
        arguments: [
            #"1,"a":2"#, #""x","row_id":1"#, #"{"a":1},{"b":2}"#, "}{", #"{"a":1"#, "nul", #"{"row_id":1}"#,
            #"{"row\u005fid":1}"#, #"{"a":1,"a":2}"#, #"{"a":1,"\u0061":2}"#, #"{"a":1,}"#, "{,}",
            String(repeating: "[", count: 127) + String(repeating: "]", count: 127),
        ])
    func refused(line: String) async throws {
        let bench = try Workbench()
        let job = try Job<Verdict>(prompt: "x")
        let error = await #expect(throws: LLMBatchError.self) {
            try await job.run(on: .offline(), data: try source([#"{"a":1}"#, line], bench), storage: bench.storage)
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains("rows.jsonl:2: ") == true, "\(error?.message ?? "")")
        #expect(try await bench.storage.batches(BatchQuery()).elements.isEmpty)
    }

    @Test("A job with any numbers can be resumed: whole, large, or beyond a Double")
    func parameters() async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let provider = try Workbench.realtime(simulator, model: "m")
            let parameters: [String: JSONValue] = [
                "temperature": 1.0, "seed": .literal("12345678901234567890123"), "nested": ["a": [0.0, 2.0, -0.0]],
            ]
            let job = try Job<Verdict>(prompt: "p", parameters: parameters)
            let first = try await job.run(on: provider, data: reviews(3), storage: bench.storage, name: "n")
            let second = try await job.run(on: provider, data: reviews(3), storage: bench.storage, name: "n")
            #expect(first.batch == second.batch)
            #expect(simulator.ledger.contents.asks.count == 1)
            let body = String(decoding: try #require(simulator.ledger.calls.first?.body), as: UTF8.self)
            #expect(body.contains(#""seed":12345678901234567890123,"#))
            let other = try Job<Verdict>(prompt: "p", parameters: parameters.merging(["seed": 1]) { $1 })
            await #expect(throws: LLMBatchError.self) {
                try await other.run(on: provider, data: reviews(3), storage: bench.storage, name: "n")
            }
        }
    }

    @Test("Two spellings of one character are two prompts")
    func prompts() async throws {
        let bench = try Workbench()
        _ = try await Job<Verdict>(prompt: "caf\u{E9}").run(
            on: .offline(), data: reviews(1), storage: bench.storage, name: "n")
        let error = await #expect(throws: LLMBatchError.self) {
            try await Job<Verdict>(prompt: "cafe\u{301}").run(
                on: .offline(), data: reviews(1), storage: bench.storage, name: "n")
        }
        #expect(error?.message.contains("the prompt") == true)
    }

    @Test("Without its own setting, a job uses the provider's concurrency")
    func concurrency() async throws {
        struct Slow: RealtimeProvider {
            let peak = Peak()
            let gate = Gate()
            let settings = ProviderSettings(name: "slow", model: "m")
            let account = ProviderAccount(provider: "slow")
            let limits = RealtimeLimits(concurrency: 7)

            func answer(_ request: OutgoingRequest) async throws(ProviderError) -> RealtimeAnswer {
                if peak.enter() >= 7 { await gate.open() }
                await gate.pass()
                peak.leave()
                let body: JSONValue = ["choices": [["message": ["role": "assistant", "content": "x"]]]]
                return RealtimeAnswer(statusCode: 200, requestID: nil, body: body.json)
            }
        }
        let job = try Job<String>(prompt: "x", batchSize: 1)
        let slow = Slow()
        _ = try await job.run(on: Provider(slow), data: reviews(40))
        #expect(slow.peak.value == 7)
    }
}
