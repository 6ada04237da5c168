import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Who may resume a batch")
struct OwnershipTests {
    @Test("A batch that is started, loaded and started again continues")
    func s4() async throws {
        try await withBench { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            let again = try await Batch.load(
                batch.id, storage: bench.storage, provider: try Workbench.openAI(simulator))
            try await again.start()
            try await again.wait()
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Of two concurrent starts of a batch one wins, and the other gets an error")
    func s5() async throws {
        try await withBench(SimulatorScript { $0.troubles = [Trouble(.delay(.milliseconds(20)), on: .uploadFile)] }) {
            bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            let other = try await Batch.load(
                batch.id, storage: try SQLiteStorage(path: bench.storage.path),
                provider: try Workbench.openAI(simulator))
            let errors = await withTaskGroup(of: (any Error)?.self) { group in
                for one in [batch, other] {
                    group.addTask { do { try await one.start(); return nil } catch { return error } }
                }
                return await group.reduce(into: []) { if let error = $1 { $0.append(error) } }
            }
            #expect(errors.allSatisfy { ($0 as? LLMBatchError)?.code == .heldElsewhere })
            #expect(errors.count <= 1)
            try await batch.wait()
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Resuming under another key or address is rejected with the difference")
    func l6() async throws {
        try await withBench { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator, key: .value("sk-one")),
                storage: bench.storage)
            try await batch.start()
            let other = batch.using(try Workbench.openAI(simulator, key: .value("sk-two")))
            let error = await #expect(throws: LLMBatchError.self) { try await other.wait() }
            #expect(error?.code == .accountChanged)
            #expect(error?.message.contains("key fingerprint") == true)
            #expect(error?.message.contains("sk-") == false)
            try await other.acceptingOtherAccount().wait()
            #expect(try await batch.counts() == .of([.succeeded: 3]))
        }
    }

    @Test("A sealed attempt is not sent to another provider, even before anything was sent")
    func sealedForAnother() async throws {
        try await withBench(SimulatorScript { $0.apiKey = "sk-other" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator), storage: bench.storage)
            let key = await #expect(throws: LLMBatchError.self) { try await batch.start() }
            #expect(key?.code == .keyRefused)
            for other in [try Provider.anthropic(apiKey: .value("k")), try Provider.offline()] {
                let refused = await #expect(throws: LLMBatchError.self) { try await batch.using(other).wait() }
                #expect(refused?.code == .wrongState)
                #expect(refused?.message.contains("was created for openai") == true)
            }
            try await batch.cancel()
            #expect(try await batch.counts() == .of([.cancelled: 2]))
        }
    }

    @Test("The statuses of OpenAI-compatible services are known, with their prefixes")
    func words() async throws {
        try await withBench { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(1), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            let id = try #require(simulator.ledger.acceptedJobs.first?.batchID)
            guard case .batch(let provider) = try Workbench.openAI(simulator).kind else { return }
            for (word, status) in [
                ("queued", BatchStatus.validating), ("JOB_STATE_PENDING", .validating), ("SUCCEEDED", .completed),
                ("BATCH_STATUS_CANCELED", .cancelled), ("JOB_STATE_RUNNING", .inProgress), ("scheduling", .inProgress),
            ] {
                simulator.updateScript { $0.holdAt = word }
                await simulator.force(id, to: word)
                let job = try await provider.job(id)
                #expect(job.status == status && job.rawStatus == word)
            }
        }
    }

    @Test("An unknown status is kept, and the batch is still running")
    func l1() async throws {
        try await withBench(SimulatorScript { $0.statuses = ["scheduling", "scheduling", "completed"] }) {
            bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            #expect(try await batch.providerJobs().first?.state.rawStatus == "scheduling")
            #expect(try await batch.status() == .inProgress)
            try await batch.wait()
            #expect(try await batch.status() == .completed)
        }
    }

    @Test("Retry on another provider and model is recorded with its attempt")
    func otherProvider() async throws {
        try await withBench(SimulatorScript { $0.answer = { $0.lineIndex == 0 ? .silent : .success } }) {
            bench, simulator in
            let batch = try await bench.run(2, on: simulator)
            let realtime = batch.using(try Workbench.realtime(simulator, model: "bigger"))
            try await realtime.retry([.missing])
            simulator.setScript(SimulatorScript())
            try await realtime.wait()
            let history = try await batch.history(customID: "r0")
            #expect(history.map(\.attempt.provider.name) == ["openai", "realtime"])
            #expect(history.map(\.attempt.provider.model) == [nil, "bigger"])
            let body = try #require(simulator.ledger.calls(.chatCompletions).first?.body)
            #expect(try JSONObject(Array(body)).string("model") == "bigger")
        }
    }

    @Test("A retry of an open attempt, or of no requests, is rejected")
    func wrongState() async throws {
        try await withBench { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            func code() async -> LLMBatchError.Code? {
                await #expect(throws: LLMBatchError.self) { try await batch.retry() }?.code
            }
            #expect(await code() == .wrongState)
            try await batch.start()
            #expect(await code() == .wrongState)
            try await batch.wait()
            #expect(await code() == .wrongState)
            #expect(try await batch.attempts().count == 1)
        }
    }

    @Test("A task that is cancelled while it waits loses nothing")
    func taskCancelled() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            let work = Task { try await batch.wait() }
            try await simulator.ledger.waitForCalls(.getBatch, count: 3)
            work.cancel()
            await #expect(throws: (any Error).self) { try await work.value }
            simulator.release()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }
}
