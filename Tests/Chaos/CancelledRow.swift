import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Synchronization
import Workbench

/// A task is cancelled at a random moment of submit, poll and collect, again and again, and then let go on.
enum CancelledRow {
    static func run(_ times: Int, _ seed: UInt64) async throws -> String {
        var dice = Dice(seed: seed)
        var cancellations = 0
        for _ in 0..<times { cancellations += try await lifecycle(&dice) }
        return "\(times) lifecycles, \(cancellations) cancellations"
    }

    private static let moments = Failpoint.allCases.filter {
        ![
            .importBeforeChunk, .importAfterChunk, .importBeforeSeal, .importAfterSeal, .askBeforeRequest,
            .askAfterResponse,
        ].contains($0)
    }

    /// What the network did must be recorded although the task was cancelled in the same moment.
    private static func requireRecorded(_ moment: Failpoint, _ batch: Batch, _ simulator: ProviderSimulator)
        async throws
    {
        guard moment == .createAfterResponse, !simulator.ledger.acceptedJobs.isEmpty else { return }
        let states = try await batch.providerJobs().map(\.state)
        try Invariants.require(states.allSatisfy { $0.remoteID != nil }, "an accepted job was not recorded: \(states)")
    }

    private static func lifecycle(_ dice: inout Dice) async throws -> Int {
        var generator = dice
        defer { dice = generator }
        let cancellations = Mutex(0)
        try await withBench { bench, simulator in
            let count = generator.roll(1...20)
            let batch = try await Batch.create(
                Workbench.requests(count), provider: try Workbench.openAI(simulator), storage: bench.storage)
            for _ in 0..<generator.roll(1...6) {
                let moment = moments.randomElement(using: &generator) ?? .pollAfterResponse
                // The task is made first and begins when it is told to, so that it can be cancelled from the inside.
                let task = Mutex<Task<Void, any Error>?>(nil)
                Failpoint.setHandler { passed in
                    guard passed == moment else { return }
                    task.withLock { $0?.cancel() }
                    cancellations.withLock { $0 += 1 }
                }
                let work = Task { _ = try await batch.wait() }
                task.withLock { $0 = work }
                _ = await work.result
                Failpoint.setHandler(nil)
                try await Invariants.atAnyMoment(bench.storage.path, simulator)
                try await requireRecorded(moment, batch, simulator)
            }
            try await batch.wait()
            try await Invariants.atTheEnd(batch, count, jobs: 1...1, simulator)
        }
        return cancellations.withLock { $0 }
    }
}
