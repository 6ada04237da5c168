import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Polls that fail, and pauses that a service requests.
    static let waiting: [Case] = [
        passing("broken connections", .drop), passing("server errors", refusal(500, "oops")),
        passing("unreadable responses", .respond(status: 200, body: "<html>busy</html>")),
        passing("responses without an id", .respond(status: 200, body: "{}")),
        passing("calls without a response", .hang, calls: 1, options: ["timeout": "2"]),
        passing("rate limits", refusal(429, "slow down")),
        Case("poll: a rate limit is waited out for as long as the service requests") { bench in
            bench.script { script in
                let limit = refusal(429, "slow down", headers: ["retry-after": "120"])
                script.troubles = [Trouble(limit, on: .getBatch)]
            }
            try expect(try await bench.timeToRun() >= 120, "seconds that pass")
        },
        Case("create: a rate limit is waited out for as long as the service requests") { bench in
            bench.script { script in
                let limit = refusal(429, "slow down", headers: ["retry-after": "120"])
                script.troubles = [Trouble(limit, on: .createBatch)]
            }
            try expect(try await bench.timeToRun() >= 120, "seconds that pass")
            try bench.expectJobs()
        },
        Case("poll: a job that the service no longer knows needs attention") { bench in
            bench.script { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            await bench.simulator.forget(try require(bench.ledger.acceptedJobs.first, "a job").batchID)
            try await bench.expectStop(.needsAttention, of: batch)
            try expect(try await batch.counts().open, equals: bench.size, "open requests")
        },
        Case("poll: an unknown id is reported as not found") { bench in
            try await bench.run()
            let id = try require(bench.ledger.acceptedJobs.first, "a job").batchID
            let provider = try bench.batchProvider()
            await bench.simulator.forget(id)
            do {
                _ = try await provider.job(id)
            } catch let error as ProviderError {
                return try expect(error.kind, equals: .notFound, "the kind of error")
            }
            throw ConformanceFailure(
                expected: "an error", actual: "a job", context: "a job that is gone", fileID: #fileID, line: #line)
        },
    ]

    private static func passing(
        _ what: String, _ trouble: Trouble.Kind, calls: Int = 2, options: [String: String] = [:]
    ) -> Case {
        Case("poll: \(what) are retried") { bench in
            bench.script { $0.troubles = [Trouble(trouble, on: .getBatch, calls: 1...calls)] }
            try await bench.expectOneJob(options: options)
        }
    }
}

extension ProviderBench {
    /// How many seconds a batch takes by a clock that advances whenever every task sleeps.
    func timeToRun() async throws -> Double {
        let clock = ManualClock(now: .thisMillisecond)
        let start = clock.now
        let batch = try await batch()
        _ = try await clock.passing(whenAsleep: 2) { try await batch.on(clock.runnerClock).wait() }
        try await expectAnswers(batch)
        return clock.now.timeIntervalSince(start)
    }
}
