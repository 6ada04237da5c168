import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// What only xAI does.
@Suite("xAI", .timeLimit(.minutes(2)))
struct XAITests {
    private static func provider(_ origin: String) throws -> any BatchProvider {
        let provider = try Provider.xAI(
            baseURL: origin + "/v1", apiKey: .value("x-key"), options: ["timeout": "30"])
        guard case .batch(let batch) = provider.kind else { throw CancellationError() }
        return batch
    }

    private static func job(expires: Date) -> String {
        #"{"batch_id":"b","name":"n","expire_time":"\#(expires.formatted(.iso8601))","#
            + #""state":{"num_requests":3,"num_pending":1,"num_success":2}}"#
    }

    @Test("Answers that are being completed at the deadline are waited for", arguments: [(10, false), (40, true)])
    func grace(minutes: Int, isExpired: Bool) async throws {
        let ended = Date(timeIntervalSinceNow: TimeInterval(-60 * minutes))
        let trouble = Trouble(.respond(status: 200, body: Self.job(expires: ended)), on: .getBatch)
        try await ProviderSimulator.withRunning(.xAI, SimulatorScript { $0.troubles = [trouble] }) { simulator in
            let job = try await Self.provider(simulator.origin).job("b")
            #expect(job.status == (isExpired ? .expired : .inProgress))
        }
    }

    /// A service whose clock is years away from ours: answers every call with its own time.
    private static let server = #"""
        import sys
        from http.server import BaseHTTPRequestHandler, HTTPServer

        class Service(BaseHTTPRequestHandler):
            def do_GET(self):
                body = sys.argv[3].encode()
                self.send_response_only(200)
                self.send_header("Date", sys.argv[2])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)
            def log_message(self, *arguments): pass

        HTTPServer(("127.0.0.1", int(sys.argv[1])), Service).serve_forever()
        """#

    @Test(
        "The end of a job is judged by the clock of the service", .enabled(if: PythonServer.python != nil),
        arguments: [
            ("Sat, 01 Jan 2000 12:00:00 GMT", "2000-01-01T12:10:00Z", false),
            ("Tue, 01 Jan 2199 12:00:00 GMT", "2199-01-01T11:20:00Z", true),
        ])
    func clock(now: String, end: String, isExpired: Bool) async throws {
        let bench = try Workbench()
        let body = Self.job(expires: try Date(end, strategy: .iso8601))
        let python = URL(filePath: try #require(PythonServer.python))
        try await PythonServer.run(
            python, folder: bench.folder, arguments: { ["-c", Self.server, String($0), now, body] }
        ) { origin in
            let job = try await Self.provider(origin).job("b")
            #expect(job.status == (isExpired ? .expired : .inProgress))
        }
    }

    @Test("A list without its member is empty")
    func aListWithoutItsMemberIsEmpty() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(.respond(status: 200, body: "{}"), on: .listBatches),
                Trouble(.respond(status: 200, body: #"{"batches":null}"#), on: .listBatches, calls: 2...2),
                Trouble(.respond(status: 200, body: #"{"batches":"none"}"#), on: .listBatches, calls: 3...3),
            ]
        }
        try await ProviderSimulator.withRunning(.xAI, script) { simulator in
            let provider = try Self.provider(simulator.origin)
            let trace = ProviderJobFingerprint(
                token: "t", inputFileID: nil, since: Date(), requests: 1, idPrefix: "llmb")
            for _ in 1...2 { #expect(try await provider.jobs(matching: trace).isEmpty) }
            let error = await #expect(throws: ProviderError.self) { _ = try await provider.jobs(matching: trace) }
            #expect(error?.kind == .unreadable)
        }
    }
}
