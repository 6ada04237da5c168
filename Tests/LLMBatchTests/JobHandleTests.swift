import LLMBatch
import LLMBatchSimulator
import Testing
import Workbench

/// A typed job is submitted and left, and read by another process.
@Suite("Typed job handles", .timeLimit(.minutes(2)))
struct JobHandleTests {
    @Test("A job is submitted, and loaded by its name without its rows")
    func submitAndLoad() async throws {
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            let provider = try Workbench.openAI(simulator, model: "m")
            let job = try Job<Verdict>(prompt: "Classify the review.")
            let handle = try await job.submit(on: provider, data: reviews(25), storage: bench.storage, name: "n")
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(try await handle.progress().expected == 3)

            let later = try await job.load("n", storage: bench.storage, provider: provider)
            #expect(later.id == handle.id)
            let result = try await later.wait()
            #expect(result.success && result.data.map(\.index) == Array(0..<25))
            #expect(try await later.rows().all().count == 25)
            #expect(try await handle.result().data.map(\.value.id) == Array(0..<25))
            #expect(simulator.ledger.acceptedJobs.count == 1, "nothing is paid for twice")
        }
    }

    @Test("Another job with that name is rejected with the differences, and an unknown name is not found")
    func refusals() async throws {
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            let provider = try Workbench.openAI(simulator, model: "m")
            let job = try Job<Verdict>(prompt: "Classify the review.")
            _ = try await job.submit(on: provider, data: reviews(3), storage: bench.storage, name: "n")
            let other = try Job<Verdict>(prompt: "Translate the review.")
            let differs = await #expect(throws: LLMBatchError.self) {
                _ = try await other.load("n", storage: bench.storage, provider: provider)
            }
            #expect(differs?.code == .nameTaken && differs?.message.contains("the prompt") == true)
            let unknown = await #expect(throws: LLMBatchError.self) {
                _ = try await job.load("m", storage: bench.storage, provider: provider)
            }
            #expect(unknown?.code == .notFound)
        }
    }

    @Test("A resumed job uses its own number of retries, whatever it was submitted with")
    func retriesOfItsOwn() async throws {
        let ledger = RowLedger()
        let script = ledger.script { request, _, before in
            before.values.contains(0) ? .text("not JSON") : .structured(request)
        }
        try await withBench(script) { bench, simulator in
            let provider = try Workbench.realtime(simulator, model: "m")
            let stubborn = try Job<Verdict>(prompt: "Classify.", maxRetries: 0, stopOnExhaustion: false)
            let first = try await stubborn.run(on: provider, data: reviews(2), storage: bench.storage, name: "n")
            #expect(!first.success)
            let patient = try Job<Verdict>(prompt: "Classify.", maxRetries: 3)
            let second = try await patient.run(on: provider, data: reviews(2), storage: bench.storage, name: "n")
            #expect(second.success && second.batch == first.batch)
        }
    }

    @Test("Operations by id drive a typed job, too")
    func byID() async throws {
        let ledger = RowLedger()
        try await withBench(ledger.script { request, _, _ in .structured(request) }) { bench, simulator in
            let provider = try Workbench.openAI(simulator, model: "m")
            let job = try Job<Verdict>(prompt: "Classify the review.")
            let handle = try await job.submit(on: provider, data: reviews(3), storage: bench.storage)
            let batches = BatchOperations(provider, storage: bench.storage)
            while try await !batches.status(handle.id).status.isFinal {}
            #expect(try await batches.retrieve(handle.id).count == 1)
            #expect(try await handle.result().success)
        }
    }
}
