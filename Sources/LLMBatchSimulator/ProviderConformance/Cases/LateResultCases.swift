import LLMBatchTesting
import Foundation
import LLMBatchCore

extension ProviderConformance {
    /// Results that are incomplete when the job has ended. They are fetched again before anything is concluded.
    static let late: [Case] = [
        Case(
            "late: files that are named two looks later are fetched",
            script: { script, _ in script.lateFiles = 2 },
            { bench in
                let batch = try await bench.run()
                try await bench.expectAnswers(batch)
                try await bench.expectNoAnomalies(batch)
                try bench.expectJobs()
            }),
        shortened("a download that ends within a line", toBytes: 900),
        shortened("a download that ends within its first line", toBytes: 20),
        shortened("a download of nothing", toBytes: 0),
        Case(
            "late: a last line that is cut is nobody's failure while it may still come", needs: [.resultLines],
            script: { script, _ in
                script.troubles = [Trouble(.shorten(toBytes: 900), on: .fileContent, calls: 1...3)]
            },
            { bench in
                let batch = try await bench.run()
                try await bench.expectAnswers(batch)
                try await bench.expectNoAnomalies(batch)
            }),
        Case("late: answers that are counted and never given are lost to nobody", needs: [.resultLines]) { bench in
            let batch = try await bench.withheld()
            bench.simulator.updateScript { $0.troubles = [] }
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
            "late: answers that are counted and never given need attention; cancelling ends that",
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
            bench.simulator.updateScript { $0.troubles = [] }
            try expect(try await batch.collectAgain().recovered, equals: bench.size, "recovered answers")
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        lying("more than there are requests") { size in
            SimulatedCounts(total: size * 3, completed: size * 2, failed: size)
        },
        lying("more than a machine can count") { _ in
            SimulatedCounts(total: .max / 2, completed: .max / 4, failed: .max / 8)
        },
        lying("less than nothing") { _ in SimulatedCounts(total: -1, completed: -5, failed: -7) },
    ]

    private static func shortened(_ what: String, toBytes count: Int) -> Case {
        Case(
            "late: \(what) is fetched again", needs: [.resultLines],
            script: { script, _ in script.troubles = [Trouble(.shorten(toBytes: count), on: .fileContent)] },
            { bench in
                let batch = try await bench.run()
                try await bench.expectAnswers(batch)
                try await bench.expectNoAnomalies(batch)
                try expect(bench.ledger.callCount(.fileContent) >= 2, "the results are asked for again")
                try bench.expectJobs()
            })
    }

    /// A job with no line for two requests and impossible counts: it ends, and the two requests are missing.
    private static func lying(
        _ what: String, _ counts: @escaping @Sendable (Int) -> SimulatedCounts
    ) -> Case {
        Case(
            "late: counters that tell of \(what) are no reason to wait without end", needs: [.resultLines, .counts],
            script: { script, size in
                script.shapeFiles = { files in
                    files.outputLines = Array(files.outputLines.dropLast(2))
                    files.counts = counts(size)
                }
            },
            { bench in
                let batch = try await bench.run()
                let last = bench.size - 1
                try await bench.expectAnswers(batch, except: [last - 1: .missing, last: .missing])
                try await bench.expectStatus(batch, .completed)
            })
    }

    /// Ended batches whose results are fetched again.
    static let collectingAgain: [Case] = [
        Case("collect again: a batch with all its answers is left alone") { bench in
            let batch = try await bench.run()
            let calls = bench.ledger.calls.count
            try expect(try await batch.collectAgain(), equals: LateResults(), "what it brought")
            try expect(bench.ledger.calls.count, equals: calls, "calls")
        },
        Case("collect again: what a job gave only later is filled in, and nothing else", needs: [.resultLines]) {
            bench in
            let batch = try await bench.givenUp()
            let good = try await bench.all(batch).filter { $0.outcome == .succeeded }
            bench.simulator.updateScript { $0.troubles = [] }
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
            try expect(try await batch.collectAgain().recovered, equals: 0, "what a second time brings")
            try bench.expectJobs()
        },
        Case(
            "collect again: a call that fails for a moment is repeated; one that is refused says so",
            needs: [.resultLines]
        ) { bench in
            let batch = try await bench.givenUp()
            bench.simulator.updateScript { $0.troubles = [] }
            var script = bench.simulator.script
            script.troubles = [
                Trouble(refusal(503, "busy"), on: .getBatch),
                Trouble(.truncate(afterBytes: 300), on: .fileContent), Trouble(.drop, on: .fileContent, calls: 2...2),
            ]
            bench.simulator.setScript(script)
            _ = try await batch.collectAgain()
            try await bench.expectAnswers(batch)
        },
        Case("collect again: a job that is gone is told, and changes nothing", needs: [.resultLines]) { bench in
            let batch = try await bench.givenUp()
            let before = try await bench.all(batch)
            await bench.simulator.forget(try require(bench.ledger.acceptedJobs.first, "a job").batchID)
            let found = try await batch.collectAgain()
            try expect(found.gone, equals: try await batch.providerJobs().map(\.id), "jobs that are gone")
            try expect(found.recovered, equals: 0, "recovered answers")
            try expect(try await bench.all(batch), equals: before, "results")
        },
        Case(
            "collect again: what a retry has answered meanwhile stays the current answer", needs: [.resultLines],
            if: takesFew
        ) { bench in
            let batch = try await bench.givenUp()
            bench.simulator.updateScript { $0.troubles = [] }
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
