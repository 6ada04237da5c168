import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Export and import")
struct TransferTests {
    @Test("A batch with retries and anomalies is exported and imported unchanged")
    func roundTrip() async throws {
        let script = SimulatorScript { script in
            script.answer = { $0.lineIndex == 1 && $0.askedBefore == 0 ? .silent : .success }
            script.shapeFiles = { $0.outputLines += [$0.outputLines[0]] }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(5, on: simulator)
            try await batch.retry()
            try await batch.wait()
            let path = bench.path("one.llmbatch")
            try await batch.export(to: path)
            await #expect(throws: LLMBatchError.self) { try await batch.export(to: path) }
            await #expect(throws: LLMBatchError.self) {
                try await batch.export(to: bench.storage.path, replacing: true)
            }
            try await batch.export(to: path, replacing: true)
            let names = try FileManager.default.contentsOfDirectory(atPath: bench.folder.path)
            #expect(names.filter { $0.hasPrefix("one") } == ["one.llmbatch"])
            let target = MemoryStorage()
            let copy = try #require(try await Batch.import(from: path, into: target).first)
            let record = try await copy.record()
            #expect(record.importedFrom == path)
            var wanted = try await batch.record()
            (wanted.importedAt, wanted.importedFrom) = (try #require(record.importedAt), path)
            #expect(record == wanted)
            #expect(try await copy.providerJobs() == batch.providerJobs())
            #expect(try await copy.results().all() == batch.results().all())
            #expect(try await copy.requests().all() == batch.requests().all())
            #expect(try await copy.history(customID: "r1") == batch.history(customID: "r1"))
            #expect(try await copy.anomalies().all().map(\.message) == batch.anomalies().all().map(\.message))
            _ = try await Batch.import(from: path, into: target)
            #expect(try await target.batches(BatchQuery()).elements.count == 1)
        }
    }

    @Test("A file of another program is rejected")
    func foreign() async throws {
        let bench = try Workbench()
        try Data("hello".utf8).write(to: URL(filePath: bench.path("text")))
        for name in ["text", "nothing"] {
            await #expect(throws: LLMBatchError.self) {
                _ = try await Batch.import(from: bench.path(name), into: bench.storage)
            }
        }
    }

    @Test("An older copy does not replace a batch that has been submitted since, nor one that is being driven")
    func older() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let provider = try Workbench.openAI(simulator)
            let batch = try await Batch.create(Workbench.requests(3), provider: provider, storage: bench.storage)
            // Planned, and stopped before anything was sent.
            let full = LLMBatchError(.storageUnavailable, "the disk is full")
            let failing = FaultyStorage(wrapping: bench.storage, plan: [.on(.saveProviderJob, 1..., .failBefore(full))])
            let stopped = try await Batch.load(batch.id, storage: failing, provider: provider)
            await #expect(throws: (any Error).self) { try await stopped.start() }
            let memory = MemoryStorage()
            let copy = try await batch.save(to: memory)
            try await batch.start()
            let now = Date.thisMillisecond
            let claim = try await bench.storage.claim(
                batch.id, for: ClaimOwner(host: "elsewhere", process: 1, runner: "other"), until: now + 60, now: now)
            let held = await #expect(throws: LLMBatchError.self) { try await copy.save(to: bench.storage) }
            #expect(held?.code == .heldElsewhere)
            // Saving to its own storage changes nothing, whoever drives it.
            try await batch.save(to: bench.storage)
            try await bench.storage.release(claim)
            let refused = await #expect(throws: LLMBatchError.self) { try await copy.save(to: bench.storage) }
            #expect(refused?.code == .wrongState)
            simulator.updateScript { $0.holdAt = nil }
            try await batch.wait()
            #expect(simulator.ledger.acceptedJobs.count == 1)
            // The other way round it is taken.
            try await batch.save(to: memory)
            #expect(try await copy.counts() == .of([.succeeded: 3]))
        }
    }

    @Test("A running batch can be copied and resumed in the other storage")
    func atWork() async throws {
        try await withBench { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: Storage.memory())
            try await batch.start()
            let copy = try await batch.save(to: bench.storage)
            try await copy.wait()
            #expect(try await copy.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }
}
