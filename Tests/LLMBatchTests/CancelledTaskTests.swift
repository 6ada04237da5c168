import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A task that is cancelled says so, whatever call it was at: the provider has refused nothing.
@Suite("Cancelled tasks", .timeLimit(.minutes(2)))
struct CancelledTaskTests {
    @Test(
        "A task that is cancelled during a call ends with CancellationError, and the batch can be resumed",
        arguments: [SimulatorRoute.uploadFile, .listFiles, .listBatches, .getBatch, .fileContent])
    func cancelled(_ route: SimulatorRoute) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.hang, on: route)]
            if route == .listFiles { $0.troubles.append(Trouble(.drop, on: .uploadFile)) }
            if route == .listBatches { $0.troubles.append(Trouble(.actThenDrop, on: .createBatch)) }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator), storage: bench.storage)
            let work = Task { try await batch.wait() }
            try await simulator.ledger.waitForCalls(route)
            work.cancel()
            await #expect(throws: CancellationError.self) { try await work.value }
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A task that is cancelled during a poll ends with CancellationError")
    func look() async throws {
        try await withBench(SimulatorScript { $0.troubles = [Trouble(.hang, on: .getBatch)] }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            let look = Task { try await batch.refresh() }
            try await simulator.ledger.waitForCalls(.getBatch)
            look.cancel()
            await #expect(throws: CancellationError.self) { try await look.value }
        }
    }
}
