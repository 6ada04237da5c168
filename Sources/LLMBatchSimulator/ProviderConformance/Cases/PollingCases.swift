import LLMBatchTesting
import Foundation
import LLMBatchCore

extension ProviderConformance {
    /// Occasional polling, without ever waiting, gets a batch to its end.
    static let polling: [Case] = [
        Case("polling: steps lead from the draft to the end") { bench in
            let batch = try await bench.batch()
            try await bench.step(batch)
            try await bench.expectAnswers(batch)
            try await bench.expectNoAnomalies(batch)
            try bench.expectJobs()
        },
        Case(
            "polling: steps lead to the end after a create call whose answer was lost",
            script: { script, _ in script.troubles = [Trouble(.actThenDrop, on: .createBatch)] },
            { bench in
                let batch = try await bench.batch()
                try await bench.step(batch)
                try await bench.expectAnswers(batch)
                try bench.expectJobs()
            }),
        Case(
            "polling: a call that fails is told, and the next step tries again",
            script: { script, _ in script.troubles = [Trouble(refusal(503, "busy"), on: .getBatch, calls: 1...3)] },
            { bench in
                let batch = try await bench.batch()
                try await batch.start()
                try await expectRefusal(.providerUnavailable, "a step") { try await batch.advance() }
                try await bench.step(batch)
                try await bench.expectAnswers(batch)
                try bench.expectJobs()
            }),
        Case("polling: a look that finds the job ended brings its answers in") { bench in
            let batch = try await bench.batch()
            try await batch.start()
            try await bench.look(batch)
            try expect(try await batch.status(), equals: .completed)
            try await bench.expectAnswers(batch)
        },
        Case("polling: looks lead to the end of a batch that is cancelled") { bench in
            bench.simulator.updateScript { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            try await batch.cancel()
            bench.simulator.updateScript { $0.holdAt = nil }
            try await bench.look(batch)
            try expect(try await batch.status().isFinal, "it ends")
            try expect(try await batch.counts().open, equals: 0, "open requests")
        },
        Case("polling: a job that the service no longer knows needs attention") { bench in
            bench.simulator.updateScript { $0.holdAt = "in_progress" }
            let batch = try await bench.batch()
            try await batch.start()
            await bench.simulator.forget(try require(bench.ledger.acceptedJobs.first, "a job").batchID)
            for _ in 0..<20 where try await batch.status() != .needsAttention { try? await batch.refresh() }
            try expect(try await batch.status(), equals: .needsAttention)
            try expect(try await batch.providerJobs().first?.state.failure?.code, equals: "job_vanished")
        },
        Case(
            "cancel: a job that has ended is not cancelled, also where a gateway makes 500 of the refusal",
            if: { $0.described.cancels }, script: { script, _ in script.cancelRefusalStatus = 500 }
        ) { bench in
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
