import Foundation
import LLMBatchCore
import LLMBatchTesting

extension ProviderConformance {
    /// Occasional polling, without ever waiting, gets a batch to its end.
    static let polling: [Case] = [
        Case("polling: advance takes a draft to its end") { bench in
            let batch = try await bench.batch()
            try await bench.step(batch)
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
            try bench.expectJobs()
        },
        Case("polling: advance reaches the end after a lost create response") { bench in
            bench.script { $0.troubles = [Trouble(.actThenDrop, on: .createBatch)] }
            let batch = try await bench.batch()
            try await bench.step(batch)
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("polling: a failed call throws, and the next advance tries again") { bench in
            bench.script { $0.troubles = [Trouble(refusal(503, "busy"), on: .getBatch, calls: 1...3)] }
            let batch = try await bench.batch()
            try await batch.start()
            try await expectRefusal(.providerUnavailable, "a step") { try await batch.advance() }
            try await bench.step(batch)
            try await bench.expectAnswers(batch)
            try bench.expectJobs()
        },
        Case("polling: a refresh that finds the job ended collects its answers") { bench in
            let batch = try await bench.batch()
            try await batch.start()
            try await bench.look(batch)
            try expect(try await batch.status(), equals: .completed)
            try await bench.expectAnswers(batch)
        },
        Case("polling: refresh reaches the end of a cancelled batch") { bench in
            bench.script { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            try await batch.cancel()
            bench.script { $0.holdAt = nil }
            try await bench.look(batch)
            try expect(try await batch.status().isFinal, "it ends")
            try expect(try await batch.counts().open, equals: 0, "open requests")
        },
        Case("polling: a job that the service no longer knows needs attention") { bench in
            bench.script { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            await bench.simulator.forget(try require(bench.ledger.acceptedJobs.first, "a job").batchID)
            for _ in 0..<20 where try await batch.status() != .needsAttention { try? await batch.refresh() }
            try expect(try await batch.status(), equals: .needsAttention)
            try expect(try await batch.providerJobs().first?.state.failure?.code, equals: "job_vanished")
        },
        Case(
            "cancel: a rejected cancellation is harmless even if a gateway reports it as 500",
            if: { $0.described.cancels }
        ) { bench in
            bench.script { $0.cancelRefusalStatus = 500 }
            let batch = try await bench.batch()
            try await batch.start()
            await bench.simulator.force(
                try require(bench.ledger.acceptedJobs.first, "a job").batchID, to: "completed")
            try await batch.cancel()
            try await batch.wait()
            try await bench.expectAnswers(batch)
        },
    ]
}

extension ProviderBench {
    /// Polls a batch until it has ended, at most 20 times. Calls can fail for transient reasons.
    fileprivate func look(_ batch: Batch) async throws {
        for _ in 0..<20 where try await !batch.status().isFinal {
            do { try await batch.refresh() } catch let error as LLMBatchError where error.code == .providerUnavailable {
                continue
            }
        }
    }

    /// Advances a batch step by step until it has ended.
    fileprivate func step(_ batch: Batch) async throws {
        for _ in 0..<200 {
            do {
                if try await batch.advance() == .ended { return }
            } catch let error as LLMBatchError where error.code == .providerUnavailable {
                continue
            }
        }
        throw ConformanceFailure(
            expected: "the end", actual: "\(try await batch.status())", context: "after 200 steps", fileID: #fileID,
            line: #line)
    }
}
