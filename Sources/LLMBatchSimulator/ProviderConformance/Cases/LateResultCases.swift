import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Results that are incomplete when the job has ended. They are fetched again before anything is concluded.
    static let late: [Case] = [
        Case("late: files that appear two polls after the end are fetched") { bench in
            bench.script { $0.lateFiles = 2 }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
            try bench.expectJobs()
        },
        shortened("a download that is cut within a line", toBytes: 900),
        shortened("a download that is cut within its first line", toBytes: 20),
        shortened("an empty download", toBytes: 0),
        Case("late: a truncated last line fails no request while it may still be completed", needs: [.resultLines]) {
            bench in
            bench.script { $0.troubles = [Trouble(.shorten(toBytes: 900), on: .fileContent, calls: 1...3)] }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
        },
        Case("late: answers that are counted but withheld are recovered later", needs: [.resultLines]) { bench in
            let batch = try await bench.withheld()
            bench.script { $0.troubles = [] }
            // If the service reports no counts, a job without lines has ended. If it does, the batch needs its owner's
            // decision.
            if try await batch.status() == .needsAttention {
                try await batch.reconcile()
            } else {
                try await bench.expectCounts(batch, [.missing: bench.size])
                try expect(try await batch.collectAgain().recovered, equals: bench.size, "recovered answers")
            }
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case(
            "late: answers that are counted but withheld need attention until the batch is cancelled",
            needs: [.resultLines, .counts]
        ) { bench in
            let batch = try await bench.withheld()
            let job = try require(try await batch.providerJobs().first, "a provider job")
            try expect(job.state.phase, equals: .needsAttention, "phase")
            try expect(job.state.failure?.code, equals: "results_incomplete", "why")
            try await bench.expectStop(.needsAttention, of: batch)
            try await batch.cancel()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            bench.script { $0.troubles = [] }
            try expect(try await batch.collectAgain().recovered, equals: bench.size, "recovered answers")
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        lying("more results than requests") { size in
            SimulatedCounts(total: size * 3, completed: size * 2, failed: size)
        },
        lying("more results than an integer holds") { _ in
            SimulatedCounts(total: .max / 2, completed: .max / 4, failed: .max / 8)
        },
        lying("negative results") { _ in SimulatedCounts(total: -1, completed: -5, failed: -7) },
    ]

    private static func shortened(_ what: String, toBytes count: Int) -> Case {
        Case("late: \(what) is fetched again", needs: [.resultLines]) { bench in
            bench.script { $0.troubles = [Trouble(.shorten(toBytes: count), on: .fileContent)] }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
            try expect(bench.ledger.callCount(.fileContent) >= 2, "the results are read again")
            try bench.expectJobs()
        }
    }

    /// A job with no line for two requests and impossible counts: it ends, and the two requests are missing.
    private static func lying(
        _ what: String, _ counts: @escaping @Sendable (Int) -> SimulatedCounts
    ) -> Case {
        Case("late: counts of \(what) do not make a batch wait forever", needs: [.resultLines, .counts]) { bench in
            bench.script {
                $0.shapeFiles = { files in
                    files.outputLines = Array(files.outputLines.dropLast(2))
                    files.counts = counts(bench.size)
                }
            }
            let batch = try await bench.run()
            let last = bench.size - 1
            try await bench.expectAnswers(batch, except: [last - 1: .missing, last: .missing])
            try await bench.expectStatus(batch, .completed)
        }
    }

    /// Ended batches whose results are fetched again.
    static let collectingAgain: [Case] = [
        Case("collect again: a batch with all its answers causes no calls") { bench in
            let batch = try await bench.run()
            let calls = bench.ledger.calls.count
            try expect(try await batch.collectAgain(), equals: LateResults(), "late results")
            try expect(bench.ledger.calls.count, equals: calls, "calls")
        },
        Case("collect again: late answers are filled in and others stay unchanged", needs: [.resultLines]) { bench in
            let batch = try await bench.givenUp()
            let good = try await bench.all(batch).filter { $0.outcome == .succeeded }
            bench.script { $0.troubles = [] }
            let found = try await batch.collectAgain()
            try expect(found.recovered, equals: bench.size - good.count, "recovered answers")
            try await bench.expectAnswers(batch)
            for result in good {
                try expect(
                    try await batch.results(customIDs: [result.customID]), equals: [result],
                    "the answer that was there")
            }
            try await bench.expectCounts(batch)
            try expect(
                try await batch.providerJobs().map(\.counts), equals: [try await batch.counts()], "counts of the job")
            try expect(try await batch.collectAgain().recovered, equals: 0, "results of a second call")
            try bench.expectJobs()
        },
        Case(
            "collect again: transient failures are retried",
            needs: [.resultLines]
        ) { bench in
            let batch = try await bench.givenUp()
            bench.script { $0.troubles = [] }
            var script = bench.simulator.script
            script.troubles = [
                Trouble(refusal(503, "busy"), on: .getBatch),
                Trouble(.truncate(afterBytes: 300), on: .fileContent), Trouble(.drop, on: .fileContent, calls: 2...2),
            ]
            bench.simulator.setScript(script)
            _ = try await batch.collectAgain()
            try await bench.expectAnswers(batch)
        },
        Case("collect again: a deleted job is reported and changes nothing", needs: [.resultLines]) { bench in
            let batch = try await bench.givenUp()
            let before = try await bench.all(batch)
            await bench.simulator.forget(try require(bench.ledger.acceptedJobs.first, "a job").batchID)
            let found = try await batch.collectAgain()
            try expect(found.gone, equals: try await batch.providerJobs().map(\.id), "jobs that are gone")
            try expect(found.recovered, equals: 0, "recovered answers")
            try expect(try await bench.all(batch), equals: before, "results")
        },
        Case(
            "collect again: the answer of a retry stays the current one", needs: [.resultLines],
            if: takesFew
        ) { bench in
            let batch = try await bench.givenUp()
            bench.script { $0.troubles = [] }
            try await batch.retry()
            try await batch.wait()
            let answered = try await bench.all(batch)
            _ = try await batch.collectAgain()
            try expect(try await bench.all(batch), equals: answered, "current answers")
            let history = try await batch.history(customID: CustomID("r\(bench.size - 1)"))
            try expect(history.map(\.result?.outcome), equals: [.succeeded, .succeeded], "both tries")
        },
    ]
}

extension ProviderBench {
    /// A batch whose job has ended and whose results are always empty.
    fileprivate func withheld() async throws -> Batch {
        simulator.updateScript { $0.troubles = [Trouble(.shorten(toBytes: 0), on: .fileContent, calls: 1...)] }
        let batch = try await batch()
        do { try await batch.wait() } catch let error as LLMBatchError where error.code == .needsAttention {}
        return batch
    }

    /// A batch with some answers from the first download, which its owner then cancelled.
    fileprivate func givenUp() async throws -> Batch {
        simulator.updateScript {
            $0.troubles = [
                Trouble(.shorten(toBytes: 1500), on: .fileContent),
                Trouble(.shorten(toBytes: 0), on: .fileContent, calls: 2...),
            ]
        }
        let batch = try await batch()
        do { try await batch.wait() } catch let error as LLMBatchError where error.code == .needsAttention {
            try await batch.cancel()
            try await batch.wait()
        }
        return batch
    }

    fileprivate func expectStatus(_ batch: Batch, _ status: BatchStatus) async throws {
        try expect(try await batch.status(), equals: status, "status")
    }
}
