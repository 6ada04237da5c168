import LLMBatchTesting
import Foundation
import LLMBatchCore

extension ProviderConformance {
    /// Jobs that end before all requests are done.
    static let endings: [Case] = [
        Case(
            "ends: expired with 7 answered: the 7 are kept (R10)", if: { $0.described.keepsAnswersOnExpiry == true },
            script: expired(7),
            { bench in
                let batch = try await bench.run()
                try expect(try await batch.status(), equals: .expired)
                try await bench.expectAnswers(batch, except: unanswered(from: 7, .expired, bench))
            }),
        Case(
            "ends: expired, and only the rest is retried (R10)",
            if: { $0.described.keepsAnswersOnExpiry == true && takesFew($0) }, script: expired(7),
            { bench in
                let batch = try await bench.run()
                bench.simulator.updateScript { $0.statuses = ["in_progress", "completed"] }
                try await batch.retry()
                try await batch.wait()
                try await bench.expectAnswers(batch)
                try expect(
                    bench.ledger.acceptedJobs.map(\.customIDs.count), equals: [bench.size, bench.size - 7], "jobs")
                try expect(bench.ledger.askedTwice, equals: [], "requests that were asked twice")
            }),
        Case(
            "ends: expired, and nothing is kept", if: { $0.described.keepsAnswersOnExpiry == false },
            script: expired(7),
            { bench in
                let batch = try await bench.run()
                try expect(try await batch.status(), equals: .expired)
                try await bench.expectCounts(batch, [.expired: bench.size])
            }),
        Case(
            "ends: expired without a word about the rest: expired, not missing (R12)", needs: [.resultLines],
            if: { $0.described.keepsAnswersOnExpiry == true },
            script: { script, size in
                expired(7)(&script, size)
                script.shapeFiles = { files in
                    files.error = nil
                    files.outputLines = Array(files.outputLines.prefix(7))
                }
            },
            { bench in
                let batch = try await bench.run()
                try await bench.expectAnswers(batch, except: unanswered(from: 7, .expired, bench))
            }),
        Case(
            "ends: completed with no file at all: every request is missing", needs: [.resultLines],
            script: { script, _ in
                script.shapeFiles = { files in
                    files.output = nil
                    files.error = nil
                    files.counts = nil
                }
            },
            { bench in
                let batch = try await bench.batch()
                // To some providers, a job without results is one that withholds them; then the run stops.
                do {
                    try await batch.wait()
                    try await bench.expectCounts(batch, [.missing: bench.size])
                } catch let error as LLMBatchError {
                    try expect(try await batch.counts().open, equals: bench.size, "open requests after \(error)")
                }
            }),
        Case(
            "ends: completed with a file of no lines: every request is missing", needs: [.resultLines],
            script: { script, _ in
                script.shapeFiles = { files in
                    files.output = Data()
                    files.error = nil
                    files.counts = nil
                }
            },
            { bench in
                let batch = try await bench.run()
                try await bench.expectCounts(batch, [.missing: bench.size])
            }),
        Case(
            "ends: a job that fails as a whole fails all its requests, with a reason", needs: [.failsWhole],
            script: { script, _ in script.statuses = ["validating", "failed"] },
            { bench in
                let batch = try await bench.run()
                try await bench.expectCounts(batch, [.errored: bench.size])
                for result in try await bench.all(batch) {
                    try expect(result.error?.message.isEmpty == false, "a reason of \(result.customID)")
                }
                try bench.expectJobs()
            }),
    ]

    private static func expired(_ answered: Int) -> @Sendable (inout SimulatorScript, Int) -> Void {
        { script, _ in
            script.statuses = ["validating", "in_progress", "expired"]
            script.answeredBeforeEnd = answered
        }
    }

    static func unanswered(from first: Int, _ outcome: Outcome, _ bench: ProviderBench) -> [Int: Outcome] {
        Dictionary(uniqueKeysWithValues: (first..<bench.size).map { ($0, outcome) })
    }

    /// Cancellation by the owner.
    static let cancelling: [Case] = [
        Case("cancel: before anything was sent, nothing is sent") { bench in
            let batch = try await bench.batch()
            try await batch.cancel()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            try expect(bench.ledger.acceptedJobs.count, equals: 0, "accepted jobs")
        },
        Case(
            "cancel: what was answered is kept, the rest is cancelled (R11)",
            if: { $0.described.cancels && $0.described.keepsAnswersOnCancel == true }, script: held(answered: 4),
            { bench in
                let batch = try await bench.cancelled()
                try expect(try await batch.status(), equals: .cancelled)
                try expect(try await batch.record().anomalies, equals: 0, "what was cancelled is no oddity")
                try await bench.expectAnswers(batch, except: unanswered(from: 4, .cancelled, bench))
                try expect(bench.ledger.callCount(.cancelBatch) >= 1, "the service is told")
            }),
        Case(
            "cancel: when nothing was answered, all is cancelled (R11)", if: { $0.described.cancels },
            script: held(answered: 0),
            { bench in
                let batch = try await bench.cancelled()
                try expect(try await batch.status(), equals: .cancelled)
                try await bench.expectCounts(batch, [.cancelled: bench.size])
                try expect(try await batch.record().anomalies, equals: 0, "what was cancelled is no oddity")
                try bench.expectJobs()
            }),
        Case(
            "cancel: a wish that is lost on its way is told again", if: { $0.described.cancels },
            script: { script, size in
                held(answered: 0)(&script, size)
                script.troubles = [
                    Trouble(.drop, on: .cancelBatch), Trouble(refusal(503, "busy"), on: .cancelBatch, calls: 2...2),
                ]
            },
            { bench in
                let batch = try await bench.batch()
                try await batch.start()
                _ = try? await batch.cancel()
                try await batch.wait()
                try await bench.expectCounts(batch, [.cancelled: bench.size])
                try expect(bench.ledger.callCount(.cancelBatch) >= 3, "the service is told until it knows")
            }),
        Case("cancel: a job that has ended is left alone", if: { $0.described.cancels }) { bench in
            let batch = try await bench.run()
            let id = try require(try await batch.providerJobs().first?.state.remoteID, "an id")
            try await bench.batchProvider().cancel(id)
            try await bench.expectAnswers(batch)
        },
        Case("cancel: a batch that has ended says so") { bench in
            let batch = try await bench.run()
            try await expectRefusal(.wrongState) { try await batch.cancel() }
        },
        Case(
            "cancel: every job of a batch is told", if: { $0.described.cancels && takesFew($0) },
            script: held(answered: 0)
        ) {
            bench in
            let batch = try await bench.cancelled(options: ["requests-per-job": "4"])
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            let told = Set(bench.ledger.calls(.cancelBatch).map(\.path))
            try expect(told.count, equals: 3, "jobs that were told")
        },
        Case(
            "cancel: what was cancelled can be asked again", if: { $0.described.cancels && takesFew($0) },
            script: held(answered: 0),
            { bench in
                let batch = try await bench.cancelled()
                bench.simulator.updateScript { $0.holdAt = nil }
                try await batch.retry()
                try await batch.wait()
                try await bench.expectAnswers(batch)
                try expect(bench.ledger.acceptedJobs.count, equals: 2, "accepted jobs")
            }),
        Case(
            "cancel: a job whose create call was lost is found first, and then cancelled",
            if: { $0.described.cancels && $0.described.recovery == .token },
            script: { script, size in
                held(answered: 0)(&script, size)
                script.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            },
            { bench in
                let batch = try await bench.batch()
                try await batch.storage.requestCancel(of: batch.id)
                _ = try? await batch.start()
                try await batch.wait()
                try await bench.expectCounts(batch, [.cancelled: bench.size])
                try expect(bench.ledger.acceptedJobs.count <= 1, "one job at most")
                let running = await bench.simulator.jobs.filter { !FinalStatus.all.contains($0.status) }
                try expect(running.map(\.id), equals: [], "jobs that still run")
            }),
    ]

    private static func held(answered: Int) -> @Sendable (inout SimulatorScript, Int) -> Void {
        { script, _ in
            script.holdAt = "in_progress"
            script.answeredBeforeEnd = answered
        }
    }
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
