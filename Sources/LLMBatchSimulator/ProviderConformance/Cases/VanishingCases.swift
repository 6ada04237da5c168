import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Jobs and results that no longer exist, and what their owner can do.
    static let vanishing: [Case] = [
        Case("gone: cancelling gives up a vanished job without a second one") { bench in
            let batch = try await bench.vanished()
            try await batch.cancel()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            try await bench.expectNoAnomalies(batch)
            try bench.expectJobs()
        },
        Case("gone: a job that vanishes during its cancellation is given up") { bench in
            bench.script { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            try await batch.cancel()
            await bench.simulator.forget(try require(bench.ledger.acceptedJobs.first, "a job").batchID)
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
        },
        Case("gone: searching for a vanished job creates no second one") { bench in
            let batch = try await bench.vanished()
            try await expectRefusal(.needsAttention, "looking once more") { try await batch.reconcile() }
            try await bench.expectStop(.needsAttention, of: batch)
            try bench.expectJobs()
            try await batch.cancel()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
        },
        Case("gone: an owner can resubmit a vanished job") { bench in
            let batch = try await bench.vanished()
            bench.script { $0.holdAt = nil }
            try await batch.resubmit()
            try await batch.wait()
            try await bench.expectAnswers(batch)
            try bench.expectJobs(2)
        },
        Case("gone: deleted results need attention until the batch is cancelled", needs: [.resultLines]) { bench in
            bench.script {
                $0.troubles = [Trouble(refusal(404, "no such file"), on: .fileContent, calls: 1...)]
            }
            let batch = try await bench.batch()
            try await bench.expectStop(.needsAttention, of: batch)
            try await bench.expectStop(.needsAttention, of: batch)
            try await batch.cancel()
            try await batch.wait()
            try await bench.expectCounts(batch, [.cancelled: bench.size])
            try bench.expectJobs()
        },
        Case("gone: results that are missing for a moment are fetched", needs: [.resultLines]) { bench in
            bench.script {
                $0.troubles = [Trouble(refusal(404, "no such file"), on: .fileContent, calls: 1...2)]
            }
            try await bench.expectAnswers(try await bench.run())
        },
        Case("gone: a draft can be cancelled without its provider") { bench in
            let batch = try await bench.batch()
            let alone = try await Batch.load(batch.id, storage: bench.storage, catalog: ProviderCatalog())
            try await alone.cancel()
            try await bench.expectCounts(alone, [.cancelled: bench.size])
            try expect(try await alone.status(), equals: .cancelled, "status")
            try expect(bench.ledger.calls.count, equals: 0, "calls")
        },
        Case(
            "gone: another process resubmits a job that the queue rejected",
            needs: [.fullQueue]
        ) { bench in
            bench.script { $0.tokenLimitedCreates = 1 }
            let batch = try await bench.batch()
            try await batch.start()
            let later = try await Batch.load(batch.id, storage: bench.storage, provider: try bench.provider())
            try await later.wait()
            try await bench.expectAnswers(later)
        },
    ]
}

extension ProviderBench {
    /// A batch whose job the service has removed.
    fileprivate func vanished() async throws -> Batch {
        simulator.updateScript { $0.holdAt = "in_progress" }
        let batch = try await batch()
        try await batch.start()
        await simulator.forget(try require(ledger.acceptedJobs.first, "a job").batchID)
        try await expectStop(.needsAttention, of: batch)
        return batch
    }
}
