import LLMBatch
import LLMBatchSimulator
import Metrics
import MetricsTestKit
import Testing
import Workbench

@Suite("Metrics of HTTP calls", .timeLimit(.minutes(2)))
struct CallMetricsTests {
    /// The metrics system of the process can be set only once; other tests count into it too.
    private static let metrics: TestMetrics = {
        let metrics = TestMetrics()
        MetricsSystem.bootstrap(metrics)
        return metrics
    }()

    @Test("Every call is counted and timed by provider and status class")
    func calls() async throws {
        let metrics = Self.metrics
        let script = SimulatorScript { $0.troubles = [Trouble(.respond(status: 503), on: .getBatch)] }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(1), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.wait()
            for (status, least) in [("2xx", 4), ("5xx", 1)] {
                let dimensions = [("provider", "openai"), ("status", status)]
                let count = try metrics.expectCounter("llmbatch_http_calls_total", dimensions).totalValue
                let times = try metrics.expectTimer("llmbatch_http_call_duration_seconds", dimensions).values
                #expect(count >= least && times.count >= least && times.allSatisfy { $0 > 0 })
            }
        }
    }
}
