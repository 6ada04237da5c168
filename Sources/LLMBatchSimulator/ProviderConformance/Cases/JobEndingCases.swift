import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Jobs that end before all requests are done.
    static let endings: [Case] = [
        Case("ends: an expired job keeps the answers it has", if: { $0.described.keepsAnswersOnExpiry == true }) {
            bench in
            bench.expire(after: 7)
            let batch = try await bench.run()
            try expect(try await batch.status(), equals: .expired)
            try await bench.expectAnswers(batch, except: unanswered(from: 7, .expired, bench))
        },
        Case(
            "ends: a retry after expiry sends only the unanswered requests",
            if: { $0.described.keepsAnswersOnExpiry == true && takesFew($0) }
        ) { bench in
            bench.expire(after: 7)
            let batch = try await bench.run()
            bench.script { $0.statuses = ["in_progress", "completed"] }
            try await batch.retry()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try expect(
                bench.ledger.acceptedJobs.map(\.customIDs.count), equals: [bench.size, bench.size - 7], "jobs")
            try expect(bench.ledger.askedTwice, equals: [], "requests that were sent twice")
        },
        Case(
            "ends: an expired job without results expires every request",
            if: { $0.described.keepsAnswersOnExpiry == false }
        ) { bench in
            bench.expire(after: 7)
            let batch = try await bench.run()
            try expect(try await batch.status(), equals: .expired)
            try await bench.expectCounts(batch, [.expired: bench.size])
        },
        Case(
            "ends: requests that an expired job does not mention are expired, not missing", needs: [.resultLines],
            if: { $0.described.keepsAnswersOnExpiry == true }
        ) { bench in
            bench.expire(after: 7)
            bench.script {
                $0.shapeFiles = { files in
                    files.error = nil
                    files.outputLines = Array(files.outputLines.prefix(7))
                }
            }
            let batch = try await bench.run()
            try await bench.expectAnswers(batch, except: unanswered(from: 7, .expired, bench))
        },
        Case("ends: a completed job without files leaves every request missing", needs: [.resultLines]) { bench in
            bench.script {
                $0.shapeFiles = { files in
                    files.output = nil
                    files.error = nil
                    files.counts = nil
                }
            }
            let batch = try await bench.batch()
            // To some providers, a job without results is one that withholds them; then the run stops.
            do {
                try await batch.wait()
                try await bench.expectCounts(batch, [.missing: bench.size])
            } catch let error as LLMBatchError {
                try expect(try await batch.counts().open, equals: bench.size, "open requests after \(error)")
            }
        },
        Case("ends: a completed job with an empty file leaves every request missing", needs: [.resultLines]) { bench in
            bench.script {
                $0.shapeFiles = { files in
                    files.output = Data()
                    files.error = nil
                    files.counts = nil
                }
            }
            let batch = try await bench.run()
            try await bench.expectCounts(batch, [.missing: bench.size])
        },
        Case("ends: a job that fails as a whole fails every request with a reason", needs: [.failsWhole]) { bench in
            bench.script { $0.statuses = ["validating", "failed"] }
            let batch = try await bench.run()
            try await bench.expectCounts(batch, [.errored: bench.size])
            for result in try await bench.all(batch) {
                try expect(result.error?.message.isEmpty == false, "a reason of \(result.customID)")
            }
            try bench.expectJobs()
        },
    ]

    static func unanswered(from first: Int, _ outcome: Outcome, _ bench: ProviderBench) -> [Int: Outcome] {
        Dictionary(uniqueKeysWithValues: (first..<bench.size).map { ($0, outcome) })
    }

    /// Cancellation by the owner.
    static let cancelling: [Case] = [
        Case("cancel: a draft is cancelled without sending anything") { bench in
            let batch = try await bench.batch()
            try await batch.cancel()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            try expect(bench.ledger.acceptedJobs.count, equals: 0, "accepted jobs")
        },
        Case(
            "cancel: answers are kept and the rest is cancelled",
            if: { $0.described.cancels && $0.described.keepsAnswersOnCancel == true }
        ) { bench in
            bench.hold(answered: 4)
            let batch = try await bench.cancelled()
            try expect(try await batch.status(), equals: .cancelled)
            try expect(try await batch.record().anomalies, equals: 0, "anomalies")
            try await bench.expectAnswers(batch, except: unanswered(from: 4, .cancelled, bench))
            try expect(bench.ledger.callCount(.cancelBatch) >= 1, "a cancel call")
        },
        Case("cancel: without answers, every request is cancelled", if: { $0.described.cancels }) { bench in
            bench.hold(answered: 0)
            let batch = try await bench.cancelled()
            try expect(try await batch.status(), equals: .cancelled)
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            try expect(try await batch.record().anomalies, equals: 0, "anomalies")
            try bench.expectJobs()
        },
        Case("cancel: a lost cancel call is sent again", if: { $0.described.cancels }) { bench in
            bench.hold(answered: 0)
            bench.script {
                $0.troubles = [
                    Trouble(.drop, on: .cancelBatch), Trouble(refusal(503, "busy"), on: .cancelBatch, calls: 2...2),
                ]
            }
            let batch = try await bench.batch()
            try await batch.start()
            _ = try? await batch.cancel()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            try expect(bench.ledger.callCount(.cancelBatch) >= 3, "cancel calls")
        },
        Case("cancel: a job that has ended stays as it is", if: { $0.described.cancels }) { bench in
            let batch = try await bench.run()
            let id = try require(try await batch.providerJobs().first?.state.remoteID, "an id")
            try await bench.batchProvider().cancel(id)
            try await bench.expectAnswers(batch)
        },
        Case("cancel: a batch that has ended cannot be cancelled") { bench in
            let batch = try await bench.run()
            try await expectRefusal(.wrongState) { try await batch.cancel() }
        },
        Case("cancel: every job of a batch is cancelled", if: { $0.described.cancels && takesFew($0) }) { bench in
            bench.hold(answered: 0)
            let batch = try await bench.cancelled(options: ["requests-per-job": "4"])
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            let told = Set(bench.ledger.calls(.cancelBatch).map(\.path))
            try expect(told.count, equals: 3, "cancelled jobs")
        },
        Case("cancel: cancelled requests can be retried", if: { $0.described.cancels && takesFew($0) }) { bench in
            bench.hold(answered: 0)
            let batch = try await bench.cancelled()
            bench.script { $0.holdAt = nil }
            try await batch.retry()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try expect(bench.ledger.acceptedJobs.count, equals: 2, "accepted jobs")
        },
        Case(
            "cancel: a job whose create call was lost is found and cancelled",
            if: { $0.described.cancels && $0.described.recovery == .token }
        ) { bench in
            bench.hold(answered: 0)
            bench.script {
                $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            }
            let batch = try await bench.batch()
            try await batch.storage.requestCancel(of: batch.id)
            _ = try? await batch.start()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            try expect(bench.ledger.acceptedJobs.count <= 1, "one job at most")
            let running = await bench.simulator.jobs.filter { !FinalStatus.all.contains($0.status) }
            try expect(running.map(\.id), equals: [], "jobs that still run")
        },
    ]

}

extension ProviderBench {
    /// A batch that was cancelled while its jobs ran, after it has ended.
    func cancelled(options: [String: String] = [:]) async throws -> Batch {
        let batch = try await batch(options: options)
        try await batch.start()
        try await batch.cancel()
        try await batch.wait()
        return batch
    }
}
