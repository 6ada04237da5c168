import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A queue that is full: waited out, told while it is waited for, and not waited for where that is wanted.
@Suite("A full queue", .timeLimit(.minutes(2)))
struct QueueFullTests {
    private static let full = Trouble.Kind.apiError(
        status: 429, code: "request_limit_exceeded", message: "Enqueued request limit reached for m.")

    @Test("A submission that does not wait for the queue ends, and a later one continues with the same upload")
    func notWaiting() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(Self.full, on: .createBatch)] }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.start(waitingForQueue: false) }
            #expect(error?.code == .providerUnavailable && error?.kind == .quota)
            #expect(error?.message.contains("Enqueued request limit reached") == true)
            let waits = try await batch.queueWaits()
            #expect(waits.map(\.reason.code) == ["request_limit_exceeded"] && waits.first?.isAlone == true)
            #expect(waits.first?.description.contains("requests-per-job") == true)
            try await batch.wait()
            #expect(try await batch.queueWaits().isEmpty)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.uploads.count == 1 && simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A full queue caused by other jobs does not fail this one")
    func notAlone() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let provider = try Workbench.openAI(simulator)
            let first = try await Batch.create(Workbench.requests(1), provider: provider, storage: bench.storage)
            try await first.start()
            try await first.refresh()
            simulator.updateScript { $0.troubles = [Trouble(Self.full, on: .createBatch, calls: 2...)] }
            let second = try await Batch.create(Workbench.requests(1), provider: provider, storage: bench.storage)
            await #expect(throws: LLMBatchError.self) { try await second.start(waitingForQueue: false) }
            #expect(try await second.queueWaits().first?.isAlone == false)
        }
    }

    @Test("A step does not wait for the queue, and tries no more often than a run that waits")
    func step() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(Self.full, on: .createBatch, calls: 1...)] }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(1), provider: try Workbench.openAI(simulator, options: ["queue-interval": "3600"]),
                storage: bench.storage)
            for _ in 0..<5 { #expect(try await batch.advance() == .open) }
            #expect(simulator.ledger.callCount(.createBatch) == 1)
        }
    }
}
