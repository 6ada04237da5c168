import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A run that stops at any call of its storage can be gone on with, and pays once.
@Suite("A storage that fails at any call of a run")
struct StorageFaultTests {
    private static let lost = LLMBatchError(.storageUnavailable, "the storage was made to fail")

    /// A renewal that fails is tried again before the claim expires; an upload that breaks off is begun again (the first
    /// look at a job's requests is for its model).
    private static func survives(_ call: StorageCall) -> Bool {
        call.operation == .renew || (call.operation == .providerJobRequests && call.occurrence > 1)
    }

    @Test("A failure before any operation stops the run, and the next one completes without paying twice")
    func before() async throws { try await check(.failBefore(Self.lost)) }

    @Test("A failure after any operation stops the run, and the next one completes without paying twice")
    func after() async throws { try await check(.failAfter(Self.lost)) }

    private func check(_ fault: FaultPlan.Fault) async throws {
        let calls = try await recordedCalls()
        #expect(
            Set(calls.map(\.operation)).isSuperset(of: [
                .beginBatch, .claim, .saveProviderJob, .renew, .ingest, .endProviderJob,
            ]))
        for call in calls {
            try await ProviderSimulator.withRunning(.openAI) { simulator in
                let run = FaultyRun(simulator)
                run.storage.setPlan([.on(call.operation, call.occurrence, fault)])
                let error = await run.error()
                #expect(run.storage.struck == [call])
                #expect(error == (Self.survives(call) ? nil : Self.lost), "\(call)")
                try await run.goOn("\(call)")
            }
        }
    }

    /// The calls of a run in which nothing fails.
    private func recordedCalls() async throws -> [StorageCall] {
        try await ProviderSimulator.withRunning(.openAI) { simulator in
            let run = FaultyRun(simulator)
            #expect(await run.error() == nil)
            return run.storage.calls
        }
    }
}

/// A batch that is made and run over a storage that may fail, by a clock that moves when there is nothing else to do.
private struct FaultyRun {
    private let simulator: ProviderSimulator
    private let memory = MemoryStorage()
    let storage: FaultyStorage
    /// The simulator's times are the system's, and are compared with these.
    private let clock = ManualClock(now: .thisMillisecond)

    init(_ simulator: ProviderSimulator) {
        self.simulator = simulator
        storage = FaultyStorage(wrapping: memory)
    }

    /// Polls between the renewals of the claim, which come every 10 seconds.
    private func provider() throws -> Provider {
        try Workbench.openAI(simulator, options: ["poll-interval": "12", "longest-poll": "12"])
    }

    /// What stops the run, if anything.
    func error() async -> LLMBatchError? {
        do {
            let batch = try await Batch.create(Workbench.requests(3), provider: provider(), storage: storage)
            try await wait(for: batch)
            return nil
        } catch { return error as? LLMBatchError }
    }

    /// Goes on over the storage that works, after the claim has expired, and checks how it ends.
    func goOn(_ context: Comment) async throws {
        clock.advance(by: .seconds(31))
        let there = try await memory.batches(BatchQuery()).elements.first?.id
        let batch =
            if let there {
                try await Batch.load(there, storage: memory, provider: provider())
            } else {
                try await Batch.create(Workbench.requests(3), provider: provider(), storage: memory)
            }
        try await wait(for: batch)
        let record = try await batch.record()
        #expect(record.status == .completed, context)
        #expect(record.counts == .of([.succeeded: 3]), context)
        #expect(record.anomalies == 0, context)
        #expect(try await batch.results().all().map(\.outcome) == [.succeeded, .succeeded, .succeeded], context)
        #expect(simulator.ledger.acceptedJobs.count == 1, context)
        #expect(simulator.ledger.askedTwice.isEmpty, context)
    }

    private func wait(for batch: Batch) async throws {
        _ = try await clock.passing(whenAsleep: 2) { try await batch.on(clock.runnerClock).wait() }
    }
}
