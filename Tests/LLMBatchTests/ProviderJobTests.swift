import Foundation
import LLMBatch
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

    @Test("Anthropic: its own strict form, checked here in full")
    func anthropic() async throws {
        let script = Self.script { row in
            let page = row == 1 ? #""page":"https://example.com/1","# : ""
            return #""id":\#(row == 3 ? 999 : row),\#(page)"prices":[{"key":"eur","value":\#(row)}]"#
        }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let provider = try Provider.anthropic(
                model: "claude-haiku-4-5", baseURL: simulator.origin, apiKey: .value("sk-ant-secret"),
                options: Workbench.hurry)
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
            let created = try #require(simulator.ledger.calls.first { $0.route == .createBatch }?.body)
            let sent = String(decoding: created, as: UTF8.self)
            #expect(sent.contains("output_config") && !sent.contains("maximum"))
        }
    }

    @Test("Gemini: its response schema")
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
