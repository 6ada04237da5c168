import Foundation
import LLMBatch
import LLMBatchSimulator
import Logging
import Synchronization
import Testing
import Workbench

/// What is logged of the HTTP calls that a batch causes.
@Suite("Logging of HTTP calls", .timeLimit(.minutes(2)))
struct CallLoggingTests {
    @Test("Every call is logged with its method, host, path, status, duration, request id and provider job")
    func calls() async throws {
        try await withBench { bench, simulator in
            let lines = LogLines()
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator), storage: bench.storage
            ).logging(to: lines.logger)
            try await batch.wait()
            let calls = lines.calls
            let url = try #require(URLComponents(string: simulator.baseURL))
            #expect(calls.count == simulator.ledger.calls.count)
            for call in calls {
                #expect(call.level == .debug && call.message == "HTTP call finished")
                #expect(call["batch"] == batch.id.rawValue && call["attempt"] == "1" && call["job"] == "1")
                #expect(call["http.host"] == "127.0.0.1:\(url.port ?? 0)")
                #expect(call["http.status"] == "200" && call["try"] == "1")
                #expect(call["http.request_id"]?.hasPrefix("req_sim_") == true)
                #expect(call["http.duration_ms"].flatMap(Int.init) != nil)
            }
            #expect(calls.prefix(2).map { $0["http.method"] } == ["POST", "POST"])
            #expect(calls.prefix(2).map { $0["http.path"] } == ["/v1/files", "/v1/batches"])
            let remoteID = simulator.ledger.acceptedJobs.first?.batchID
            #expect(calls.last?["remote_id"] == remoteID)
        }
    }

    @Test("A call that is repeated after a failure is logged each time, with its status and the number of the try")
    func tries() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.respond(status: 503), on: .getBatch)] }
        try await withBench(script) { bench, simulator in
            let lines = LogLines()
            let batch = try await Batch.create(
                Workbench.requests(1), provider: try Workbench.openAI(simulator), storage: bench.storage
            ).logging(to: lines.logger)
            try await batch.wait()
            let polls = lines.calls.filter { $0["http.path"]?.hasPrefix("/v1/batches/") == true }
            #expect(polls.prefix(2).map { $0["http.status"] } == ["503", "200"])
            #expect(polls.prefix(2).map { $0["try"] } == ["1", "2"])
        }
    }

    @Test("A realtime provider's call is logged with the custom id of its request")
    func realtime() async throws {
        try await withBench { bench, simulator in
            let lines = LogLines()
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.realtime(simulator), storage: bench.storage
            ).logging(to: lines.logger)
            try await batch.wait()
            #expect(Set(lines.calls.map { $0["custom_id"] }) == ["r0", "r1", "r2"])
            #expect(lines.calls.allSatisfy { $0["http.path"] == "/v1/chat/completions" && $0["job"] == "1" })
        }
    }

    @Test("A call that gets no response is logged with the reason and without a status")
    func unreachable() async throws {
        let bench = try Workbench()
        let lines = LogLines()
        let provider = try Provider.realtime(
            baseURL: "http://127.0.0.1:1/v1", apiKey: .value("sk-test"), options: ["max-tries": "1"])
        let batch = try await Batch.create(Workbench.requests(1), provider: provider, storage: bench.storage)
            .logging(to: lines.logger)
        _ = try? await batch.wait()
        let call = try #require(lines.calls.first)
        #expect(call.message == "HTTP call failed" && call["code"] == "network" && call["http.status"] == nil)
    }

    @Test("No log line holds a key, a header, a query or a body")
    func secrets() async throws {
        try await withBench { bench, simulator in
            let lines = LogLines()
            let key = "sk-secret-of-this-test"
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator, key: .value(key)),
                storage: bench.storage
            ).logging(to: lines.logger)
            try await batch.wait()
            for line in lines.all {
                let text = "\(line.message) \(line.metadata)"
                for secret in [key, "Bearer", "authorization", "question", "?"] { #expect(!text.contains(secret)) }
            }
        }
    }

    /// Keeps what is logged.
    private final class LogLines: LogHandler {
        struct Line: Sendable {
            let level: Logger.Level
            let message: String
            let metadata: [String: String]

            subscript(key: String) -> String? { metadata[key] }
        }

        private let kept = Mutex<[Line]>([])
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .debug }
            set {}
        }

        var logger: Logger { Logger(label: "test") { _ in self } }
        var all: [Line] { kept.withLock { $0 } }
        var calls: [Line] { all.filter { $0["http.method"] != nil } }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }

        func log(event: LogEvent) {
            let facts = (event.metadata ?? [:]).mapValues { "\($0)" }
            let line = Line(level: event.level, message: "\(event.message)", metadata: facts)
            kept.withLock { $0.append(line) }
        }
    }
}
