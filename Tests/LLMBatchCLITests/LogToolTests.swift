import LLMBatch
import LLMBatchSimulator
import Testing
import Workbench

@Suite("Log lines of the tool", .timeLimit(.minutes(2)))
struct LogToolTests {
    @Test("--log-format json prints each HTTP call as one JSON object on stderr, without the key")
    func json() async throws {
        try await withBench { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let arguments = ["run", try bench.file(count: 2)] + Tool.openAIArguments(simulator)
            let ended = try await tool.start(arguments + ["--log-format", "json"]).ended()
            #expect(ended.code == 0, "\(ended.errors)")
            let lines = ended.errors.split(separator: "\n").filter { $0.hasPrefix("{") }
            let calls = try lines.map { try JSONObject(Array($0.utf8)) }.filter { $0.string("http.method") != nil }
            #expect(calls.count == simulator.ledger.calls.count)
            #expect(calls.allSatisfy { $0.string("message") == "HTTP call finished" && $0.string("level") == "debug" })
            #expect(calls.first?.string("http.path") == "/v1/files")
            #expect(calls.allSatisfy { $0.string("http.request_id")?.hasPrefix("req_sim_") == true })
            #expect(!ended.errors.contains("sk-test"))
        }
    }

    @Test("-v prints each HTTP call as a line of text, and --json still prints only the batch to stdout")
    func text() async throws {
        try await withBench { bench, simulator in
            let tool = Tool.openAI(bench, simulator)
            let arguments = ["run", try bench.file(count: 1)] + Tool.openAIArguments(simulator)
            let ended = try await tool.start(arguments + ["-v", "--json"]).ended()
            #expect(try ended.count("succeeded") == 1)
            let calls = ended.errors.split(separator: "\n").filter { $0.contains("HTTP call finished") }
            #expect(calls.count == simulator.ledger.calls.count)
            #expect(calls.first?.contains(" http.path=/v1/files") == true)
        }
    }
}
