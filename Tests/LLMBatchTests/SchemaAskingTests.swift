import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Synchronization
import Testing
import Workbench

/// How services are asked for a schema, and what becomes of right answers that are wrapped in something.
@Suite("Asking for a schema")
struct SchemaAskingTests {
    private static func body(_ request: SimulatedRequest) throws -> JSONObject { try JSONObject(Array(request.body)) }

    /// The `minItems` and `maxItems` of each request's rows, with the number of rows that it asks for.
    private func counts(_ simulator: ProviderSimulator) throws -> [[Int?]] {
        try simulator.ledger.calls.filter { $0.path.hasSuffix("/chat/completions") }.map { call in
            let body = try JSONObject(Array(call.body ?? Data()))
            let rows = body.object("response_format")?.object("json_schema")?.object("schema")?
                .object("properties")?.object("rows")
            let text = body.objects("messages")?.last?.string("content") ?? ""
            let asked = try JSONObject(Array("{\"rows\":\(text)}".utf8)).elements("rows")?.count
            return [rows?.integer("minItems"), rows?.integer("maxItems"), asked]
        }
    }

    @Test("A row group's schema states its number of rows, also for a smaller group in a retry")
    func counted() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, before in
            .structured(request) { row, text in
                row == 6 && before[6] == 0 ? text.replacing("\"label\"", with: "\"x\"") : text
            }
        }
        try await withBench(script) { bench, simulator in
            let result = try await Job<Verdict>(prompt: "Classify.", batchSize: 4).run(
                on: try Workbench.realtime(simulator, model: "m", options: ["concurrency": "1"]), data: reviews(10),
                storage: bench.storage)
            #expect(result.success)
            #expect(try counts(simulator) == [[4, 4, 4], [4, 4, 4], [2, 2, 2], [1, 1, 1]])
        }
    }

    @Test(
        "Another address gets the whole schema, unless its option says strict",
        arguments: Way.allCases, [nil, "strict", "plain"])
    func forms(way: Way, form: String?) async throws {
        try await withBench(SimulatorScript { $0.answer = StructuredModel.enforcing }) { bench, simulator in
            let options = form.map { ["schema-form": $0] } ?? [:]
            let provider =
                switch way {
                case .realtime: try Workbench.realtime(simulator, model: "m", options: options)
                case .batch: try Workbench.openAI(simulator, model: "m", options: options)
                }
            let schema = try OutputSchema(
                json:
                    #"{"type":"object","properties":{"id":{"type":"integer"},"code":{"type":"string","minLength":3}},"required":["id"]}"#
            )
            let result = try await Job<[String: JSONValue]>(prompt: "x", schema: schema).run(
                on: provider, data: reviews(3), storage: bench.storage)
            #expect(result.success)
            let batch = try await Batch.load(result.batch, storage: bench.storage)
            let body = try JSONObject(Array(try #require(try await batch.requests().all().first?.request.body)))
            let format = try #require(body.object("response_format")?.object("json_schema"))
            #expect(format.has("strict") == (form == "strict"))
            #expect(String(decoding: format.text, as: UTF8.self).contains("minLength") == (form != "strict"))
            #expect(format.object("schema")?.object("properties")?.object("rows")?.integer("maxItems") == 3)
        }
    }

    /// A server that takes the ways in `takes`, and says of the others what is wrong.
    private static func server(
        _ takes: Set<String>, status: Int, _ seen: Seen
    ) -> SimulatorScript {
        SimulatorScript { script in
            script.answer = { request in
                let format = (try? body(request))?.object("response_format")?.string("type") ?? "none"
                seen.note(format)
                guard takes.contains(format) else {
                    return .httpError(
                        status: status, code: nil,
                        message: "1 validation error: response_format.type Input should be 'text' or 'json_object'")
                }
                let rows = RowLedger.rows(request).map { #"{"row_id":\#($0),"id":\#($0),"label":"neutral"}"# }
                return .text("{\"rows\":[\(rows.joined(separator: ","))]}")
            }
        }
    }

    final class Seen: Sendable {
        private let formats = Mutex<[String]>([])
        func note(_ format: String) { formats.withLock { $0.append(format) } }
        var all: [String] { formats.withLock { $0 } }
    }

    @Test(
        "A server that rejects schemas gets another form after its first rejection, also from a later process",
        arguments: [400, 422, 500], [["json_object"], ["none"]] as [Set<String>])
    func fallback(status: Int, takes: Set<String>) async throws {
        let seen = Seen()
        try await withBench(Self.server(takes, status: status, seen)) { bench, simulator in
            let provider = try Workbench.realtime(simulator, model: "m", options: ["concurrency": "1"])
            let job = try Job<Verdict>(prompt: "Classify.", batchSize: 2, maxRetries: 0)
            let result = try await job.run(on: provider, data: reviews(6), storage: bench.storage, name: "n")
            #expect(result.data.map(\.value.id) == Array(0..<6))
            let refused = takes == ["none"] ? ["json_schema", "json_object"] : ["json_schema"]
            #expect(seen.all == refused + Array(repeating: takes.first ?? "", count: 3))
            #expect(result.metrics.fallback == (takes == ["none"] ? StructuredOutput.none : .object))
            // The schema stands in the instructions instead.
            let last = try JSONObject(Array(try #require(simulator.ledger.calls.last?.body)))
            let told = try #require(last.objects("messages")?.first?.string("content"))
            #expect(told.contains("JSON Schema") && told.contains("neutral") && !told.contains("minItems"))
            // What is stored is what was meant to be asked; a later process does not try that again.
            let batch = try await Batch.load(result.batch, storage: bench.storage, provider: provider)
            #expect(
                try await batch.requests().all().allSatisfy {
                    String(decoding: $0.request.line, as: UTF8.self).contains("json_schema")
                })
            let before = seen.all.count
            let worse = try await Job<Strictly>(
                prompt: "Classify.", batchSize: 2, maxRetries: 0, stopOnExhaustion: false
            )
            .run(on: provider, data: reviews(2), storage: bench.storage, name: "other")
            #expect(!worse.success)
            let again = try await Batch.load(worse.batch, storage: bench.storage, provider: provider)
            try await again.retry()
            try await again.wait()
            #expect(seen.all.dropFirst(before).filter { $0 == "json_schema" }.count == 1)
        }
    }

    /// What the server's answers never fit.
    struct Strictly: Codable, Sendable { let missing: Int }

    @Test("The option chooses the form of a schema from the start", arguments: ["object", "none"], Way.allCases)
    func option(word: String, way: Way) async throws {
        let seen = Seen()
        let type = word == "object" ? "json_object" : "none"
        try await withBench(Self.server([type], status: 400, seen)) { bench, simulator in
            let options = ["structured-output": word]
            let provider =
                switch way {
                case .realtime: try Workbench.realtime(simulator, model: "m", options: options)
                case .batch: try Workbench.openAI(simulator, model: "m", options: options)
                }
            let result = try await Job<Verdict>(prompt: "Classify.", batchSize: 2).run(
                on: provider, data: reviews(4), storage: bench.storage)
            #expect(result.data.map(\.value.id) == Array(0..<4))
            #expect(seen.all == [type, type])
            #expect(result.metrics.fallback == nil)
        }
    }

    /// How a right answer may be wrapped.
    private static let wrappers: [@Sendable (String) -> String] = [
        { "<think>\nThe rows are {easy}.\n</think>\n\n\($0)" }, { "The rows are easy.\n</think>\n\($0)" },
        { "<thinking>a</thinking><reasoning>b</reasoning> \($0)" }, { "[THINK]Hm.[/THINK]\($0)" },
        { "<think>\n```json\n{\"rows\":[]}\n```\n</think>\n```json\n\($0)\n```" },
        { "<|channel|>analysis<|message|>Hm.<|end|><|start|>assistant<|channel|>final<|message|>\($0)" },
        { "Here is the JSON:\n\($0)\nI hope that helps {really}!" }, { "```\n\($0)\n```" },
        { "Sure:\n```json\n\($0)\n```\nDone." },
        { String(decoding: JSONValue.string($0).json, as: UTF8.self) }, { #"{"output":\#($0)}"# }, { "\n\t\($0)\n\n" },
    ]

    @Test("A correct answer in a wrapper is read, not requested again", arguments: wrappers.indices)
    func wrapped(index: Int) async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, _ in
            guard case .text(let text) = StructuredModel.enforcing(request) else { return .success }
            return .text(Self.wrappers[index](text))
        }
        try await withBench(script) { bench, simulator in
            let result = try await Job<Verdict>(prompt: "Classify.", batchSize: 3, stopOnExhaustion: false).run(
                on: try Workbench.realtime(simulator, model: "m"), data: reviews(6), storage: bench.storage)
            #expect(result.data.map(\.value.id) == Array(0..<6), "\(result.errors.map(\.message))")
            #expect(ledger.requests.count == 2)
        }
    }

    @Test("Chunks and object arguments of a tool are read; reasoning is not part of the text")
    func chunks() async throws {
        let contents: [JSONValue] = [
            [
                "content": [
                    ["type": "thinking", "thinking": [["type": "text", "text": "Hm."]]],
                    ["type": "text", "text": "CONTENT"],
                ]
            ],
            ["content": nil, "tool_calls": [["function": ["name": "rows", "arguments": ["rows": "ROWS"]]]]],
        ]
        for content in contents {
            let script = RowLedger().script { request, _, _ in
                guard case .text(let text) = StructuredModel.enforcing(request) else { return .success }
                let rows = (try? JSONObject(Array(text.utf8)))?.raw("rows").map(Array.init) ?? []
                let message = String(decoding: content.json, as: UTF8.self)
                    .replacing("\"CONTENT\"", with: String(decoding: JSONValue.string(text).json, as: UTF8.self))
                    .replacing("\"ROWS\"", with: String(decoding: rows, as: UTF8.self))
                return .body(
                    status: 200, json: Data(#"{"choices":[{"message":\#(message),"finish_reason":"stop"}]}"#.utf8))
            }
            try await withBench(script) { bench, simulator in
                let result = try await Job<Verdict>(prompt: "Classify.", stopOnExhaustion: false).run(
                    on: try Workbench.realtime(simulator, model: "m"), data: reviews(3), storage: bench.storage)
                #expect(result.data.map(\.value.id) == [0, 1, 2], "\(result.errors.map(\.message))")
            }
        }
        let script = SimulatorScript { $0.answer = { _ in .text("<think>Hm.</think>\n\nA fine book.") } }
        try await withBench(script) { bench, simulator in
            let result = try await Job<String>(prompt: "Say it.", batchSize: 1).run(
                on: try Workbench.realtime(simulator, model: "m"), data: reviews(1), storage: bench.storage)
            #expect(result.data.map(\.value) == ["A fine book."])
        }
    }
}
