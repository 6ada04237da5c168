import LLMBatch
import LLMBatchSimulator
import Logging
import Synchronization
import Testing
import Workbench

/// What a program sees of a batch that it drives.
@Suite("Observation", .timeLimit(.minutes(2)))
struct ObservationTests {
    @Test("Events report the life of a batch in order, with the provider's id")
    func events() async throws {
        try await withBench { bench, simulator in
            let seen = Mutex<[BatchEvent]>([])
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage
            ).observed { event in seen.withLock { $0.append(event) } }
            try await batch.wait()
            let events = seen.withLock { $0 }
            #expect(events.allSatisfy { $0.batch == batch.id })
            #expect(events.first?.kind == .claimed)
            #expect(events.dropFirst().first?.kind == .planned(attempt: 1, providerJobs: 1))
            let phases = events.compactMap { event -> ProviderJobPhase? in
                if case .advanced(_, let phase) = event.kind { phase } else { nil }
            }
            #expect(phases == [.uploading, .creating, .submitted, .collecting, .ended])
            let stored = events.reduce(0) { if case .stored(let results) = $1.kind { $0 + results } else { $0 } }
            #expect(stored == 3)
            let counts = OutcomeCounts.of([.succeeded: 3])
            let ended = try #require(events.first { $0.kind == .ended(counts) })
            #expect(ended.remoteID == simulator.ledger.acceptedJobs.first?.batchID)
        }
    }

    @Test("A failed step is reported with its reason and that it is retried")
    func failures() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.respond(status: 503), on: .getBatch)] }
        try await withBench(script) { bench, simulator in
            let seen = Mutex<[BatchEvent]>([])
            let batch = try await Batch.create(
                Workbench.requests(1), provider: try Workbench.openAI(simulator), storage: bench.storage
            ).observed { event in seen.withLock { $0.append(event) } }
            try await batch.wait()
            let failed = seen.withLock { events in
                events.contains { if case .failed(_, isTransient: true) = $0.kind { true } else { false } }
            }
            #expect(failed)
        }
    }

    @Test("Logs are at level debug, name the batch and its provider job, and never hold the key")
    func logs() async throws {
        try await withBench { bench, simulator in
            let lines = LogLines()
            var logger = Logger(label: "test") { _ in lines }
            logger.logLevel = .trace
            let key = "sk-secret-of-this-test"
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator, key: .value(key)),
                storage: bench.storage
            ).logging(to: logger)
            try await batch.wait()
            let written = lines.lines
            #expect(!written.isEmpty)
            #expect(written.allSatisfy { $0.level <= .debug && $0.text.contains(batch.id.rawValue) })
            #expect(written.allSatisfy { !$0.text.contains(key) && !$0.text.contains("question") })
            #expect(written.contains { $0.text.contains("remote_id") })
        }
    }

    /// Keeps what is logged.
    private final class LogLines: LogHandler {
        private let kept = Mutex<[(level: Logger.Level, text: String)]>([])
        var metadata: Logger.Metadata {
            get { [:] }
            set {}
        }
        var logLevel: Logger.Level {
            get { .trace }
            set {}
        }

        var lines: [(level: Logger.Level, text: String)] { kept.withLock { $0 } }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { nil }
            set {}
        }

        func log(event: LogEvent) {
            kept.withLock { $0.append((event.level, "\(event.message) \(event.metadata ?? [:])")) }
        }
    }
}
