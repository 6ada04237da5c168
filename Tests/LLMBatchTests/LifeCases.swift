import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// L2 and L3, and decisions that only the owner can make.
@Suite("Batches in doubt")
struct LifeCases {
    @Test("A job that stays in progress past its window is reported, and still waited for")
    func l2() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            try await batch.refresh()
            let state = try #require(try await batch.providerJobs().first?.state)
            let window = try #require(state.expiresAt)
            #expect(!state.isOverdue(at: Date()))
            #expect(!state.isOverdue(at: window.addingTimeInterval(3599)))
            #expect(state.isOverdue(at: window.addingTimeInterval(3601)))
            #expect(state.remoteStatus == .inProgress)
            try await batch.cancel()
            try await batch.wait()
            #expect(try await batch.status() == .cancelled)
        }
    }

    @Test("A batch survives an error in the caller's own loop and can be resumed")
    func l3() async throws {
        struct Oops: Error {}
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Workbench.openAI(simulator), storage: bench.storage)
            await #expect(throws: Oops.self) {
                for try await record in batch.updates(every: .milliseconds(1)) where record.status == .inProgress {
                    throw Oops()
                }
            }
            simulator.release()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    /// A create call whose answer is lost, at a service that lists nothing.
    private func inDoubt(_ bench: borrowing Workbench, _ simulator: ProviderSimulator) async throws -> Batch {
        let batch = try await Batch.create(
            Workbench.requests(2), provider: try Workbench.openAI(simulator), storage: bench.storage)
        let error = await #expect(throws: LLMBatchError.self) { try await batch.start() }
        #expect(error?.code == .needsAttention)
        #expect(try await batch.status() == .needsAttention)
        return batch
    }

    private static let noList = SimulatorScript {
        $0.troubles = [
            Trouble(.actThenDrop, on: .createBatch),
            Trouble(.respond(status: 404, headers: [:], body: "{}"), on: .listBatches, calls: 1...),
        ]
    }

    @Test("A service without a list proves nothing: the owner adopts the job")
    func adopt() async throws {
        try await withBench(Self.noList) { bench, simulator in
            let batch = try await inDoubt(bench, simulator)
            let unknown = await #expect(throws: LLMBatchError.self) { try await batch.adopt("batch_nobody") }
            #expect(unknown?.code == .notFound)
            try await batch.adopt(try #require(simulator.ledger.acceptedJobs.first?.batchID))
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("The owner can have a job in doubt submitted again, with a new token")
    func resubmit() async throws {
        try await withBench(Self.noList) { bench, simulator in
            let batch = try await inDoubt(bench, simulator)
            try await batch.resubmit()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            let tokens = simulator.ledger.acceptedJobs.compactMap { $0.metadata["llmbatch_token"] }
            #expect(tokens.count == 2)
            #expect(Set(tokens).count == 2)
            #expect(simulator.ledger.uploads.count == 2)
        }
    }

    @Test("The owner can have the list searched once it works")
    func reconcile() async throws {
        try await withBench(Self.noList) { bench, simulator in
            let batch = try await inDoubt(bench, simulator)
            simulator.setScript(SimulatorScript())
            try await batch.reconcile()
            try await batch.wait()
            #expect(simulator.ledger.acceptedJobs.count == 1)
            let nothing = await #expect(throws: LLMBatchError.self) { try await batch.resubmit() }
            #expect(nothing?.code == .wrongState)
        }
    }

    @Test("The owner can give up a job in doubt")
    func giveUp() async throws {
        try await withBench(Self.noList) { bench, simulator in
            let batch = try await inDoubt(bench, simulator)
            try await batch.cancel()
            #expect(try await batch.counts() == .of([.cancelled: 2]))
        }
    }

    @Test("A job is found by its input file where a service drops the metadata")
    func withoutMetadata() async throws {
        let trace = ProviderJobFingerprint(
            token: "t", inputFileID: "file-1", since: .distantPast, requests: 1, idPrefix: "")
        let list =
            #"{"data":[{"id":"b","status":"in_progress","input_file_id":"file-1","created_at":5}],"has_more":false}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 200, headers: [:], body: list), on: .listBatches)]
        }
        try await ProviderSimulator.withRunning(.openAI, script) { simulator in
            guard case .batch(let provider) = try Workbench.openAI(simulator).kind else { return }
            #expect(try await provider.jobs(matching: trace).map(\.id) == ["b"])
        }
    }

    @Test("A page of a proxy is not taken for the result file")
    func notTheFile() async throws {
        let page = Trouble.Kind.actThenRespond(status: 200, headers: [:], body: "<html>hello</html>")
        try await withBench(SimulatorScript { $0.troubles = [Trouble(page, on: .fileContent, calls: 1...2)] }) {
            bench, simulator in
            let batch = try await bench.run(9, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 9]))
        }
    }

    @Test(
        "A collection that is interrupted resumes where it stopped, and stores each line once",
        arguments: [200, 3000, 20_000])
    func collectionResumes(bytes: Int) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.truncate(afterBytes: bytes), on: .fileContent, calls: 1...2)]
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(100, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 100]))
            #expect(try await batch.anomalies().all().isEmpty)
            let ranges = simulator.ledger.calls(.fileContent).map { $0.headers["range"] }
            #expect(ranges.count == 3)
            #expect(ranges.first == .some(nil))
            if bytes > 1000 { #expect(ranges.last??.hasPrefix("bytes=") == true) }
            let collected = try #require(try await batch.providerJobs().first?.state.collected)
            #expect(collected["output"].lines == 100)
        }
    }
}
