import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Typed jobs over services with a wire form of their own: the same code, the same values.
@Suite("Typed jobs over other services")
struct ProviderJobTests {
    /// What Anthropic's strict form cannot say all of: bounds, an absolute URI, a dictionary, what may be absent.
    struct Listing: Codable, Sendable, Hashable {
        let id: UInt8
        let page: URL?
        let prices: [String: Int]
    }

    /// Answers each row that stands in the last text of a request in the service's own form.
    private static func script(_ listing: @escaping @Sendable (Int) -> String) -> SimulatorScript {
        SimulatorScript { script in
            script.answer = { request in
                let rows = self.rows(request)
                let values = rows.map { "{\"row_id\":\($0),\(listing($0))}" }
                return .text("{\"rows\":[\(values.joined(separator: ","))]}")
            }
        }
    }

    private static func rows(_ request: SimulatedRequest) -> [Int] {
        let text = String(decoding: request.source, as: UTF8.self)
        // However deeply the service nests it, the list is a text in the body.
        return text.matches(of: /\\"row_id\\":(\d+)/).compactMap { Int($0.1) }
    }

    /// Runs a job whose first row's page is absent, and whose last row's id is out of bounds.
    private static func checkStrictForm(on provider: Provider, _ bench: borrowing Workbench) async throws {
        let job = try Job<Listing>(prompt: "List.", batchSize: 2, maxRetries: 1, stopOnExhaustion: false)
        let result = try await job.run(on: provider, data: reviews(4), storage: bench.storage)
        #expect(
            result.data.map(\.value) == [
                Listing(id: 0, page: nil, prices: ["eur": 0]),
                Listing(id: 1, page: URL(string: "https://example.com/1"), prices: ["eur": 1]),
                Listing(id: 2, page: nil, prices: ["eur": 2]),
            ])
        // A bound that the form cannot say is held all the same.
        #expect(result.errors.map(\.kind) == [.schema])
        #expect(result.errors.first?.message.contains("/id") == true)
    }

    private static let listings = script { row in
        let page = row == 1 ? #""page":"https://example.com/1","# : ""
        return #""id":\#(row == 3 ? 999 : row),\#(page)"prices":[{"key":"eur","value":\#(row)}]"#
    }

    @Test("A typed job on Anthropic uses its strict form, and answers are validated in full")
    func anthropic() async throws {
        try await ProviderSimulator.withRunning(.anthropic, Self.listings) { simulator in
            let bench = try Workbench()
            let provider = try Provider.anthropic(
                model: "claude-haiku-4-5", baseURL: simulator.origin, apiKey: .value("sk-ant-secret"),
                options: Workbench.hurry)
            try await Self.checkStrictForm(on: provider, bench)
            let created = try #require(simulator.ledger.calls.first { $0.route == .createBatch }?.body)
            let sent = String(decoding: created, as: UTF8.self)
            #expect(sent.contains("output_config") && !sent.contains("maximum"))
        }
    }

    private static func vertexAI(_ simulator: ProviderSimulator, model: String) throws -> Provider {
        try .vertexAI(
            model: model, bucket: "test-bucket", project: "p", location: "us-central1", baseURL: simulator.origin,
            credential: .accessToken("ya29.secret"),
            options: Workbench.hurry.merging(["storage-url": simulator.origin]) { $1 })
    }

    /// What was uploaded, in one text.
    private static func uploaded(_ simulator: ProviderSimulator) -> String {
        simulator.ledger.calls(.uploadFile).map { String(decoding: $0.body ?? Data(), as: UTF8.self) }.joined()
    }

    @Test(
        "A typed job on Claude on Vertex AI uses Anthropic's strict form",
        arguments: ["claude-haiku-4-5", "anthropic/claude-haiku-4-5"])
    func claudeOnVertexAI(_ model: String) async throws {
        try await ProviderSimulator.withRunning(.vertexAI, Self.listings) { simulator in
            let bench = try Workbench()
            try await Self.checkStrictForm(on: try Self.vertexAI(simulator, model: model), bench)
            let sent = Self.uploaded(simulator)
            #expect(sent.contains("output_config") && !sent.contains("maximum"))
        }
    }

    @Test("A typed job on Gemini on Vertex AI uses its response schema")
    func geminiOnVertexAI() async throws {
        let script = Self.script { #""id":\#($0),"page":null,"prices":[]"# }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let result = try await Job<Listing>(prompt: "List.", batchSize: 3).run(
                on: try Self.vertexAI(simulator, model: "gemini-2.5-flash"), data: reviews(7), storage: bench.storage)
            #expect(result.data.map(\.value) == (0..<7).map { Listing(id: UInt8($0), page: nil, prices: [:]) })
            #expect(Self.uploaded(simulator).contains(#""responseJsonSchema":{"type":"object""#))
        }
    }

    @Test(
        "A typed job on Claude on Bedrock uses an output format or a tool", arguments: ["format", "tool"])
    func claudeOnBedrock(_ form: String) async throws {
        let provider = try Provider.bedrock(
            model: "anthropic.claude-haiku-4-5-v1:0", bucket: "batches",
            role: "arn:aws:iam::123456789012:role/BatchRole", region: "us-east-1",
            keys: .keys(accessKeyID: "A", secretAccessKey: "none"), options: ["structured-output": form])
        guard case .batch(let batch) = provider.kind else { return }
        #expect(batch.limits.asking.dialect == (form == "format" ? .anthropic : .openAI))
    }

    @Test("A typed job on Gemini uses its response schema")
    func gemini() async throws {
        let script = Self.script { #""id":\#($0),"page":null,"prices":[]"# }
        try await ProviderSimulator.withRunning(.gemini, script) { simulator in
            let bench = try Workbench()
            let provider = try Provider.gemini(
                model: "gemini-2.5-flash", baseURL: simulator.origin, apiKey: .value("AIza-secret"),
                options: Workbench.hurry)
            let result = try await Job<Listing>(prompt: "List.", batchSize: 3).run(
                on: provider, data: reviews(7), storage: bench.storage)
            #expect(result.data.map(\.value) == (0..<7).map { Listing(id: UInt8($0), page: nil, prices: [:]) })
        }
    }
}
