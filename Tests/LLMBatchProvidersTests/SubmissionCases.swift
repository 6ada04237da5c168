import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// S1 to S11, as far as one process can show them: whatever happens to a call, one batch is accepted.
@Suite("Submission cases")
struct SubmissionCases {
    /// Runs three requests through a script and returns the batch; it must end with everything answered.
    private func expectOneJob(_ script: SimulatorScript, options: [String: String] = [:]) async throws {
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(3, on: simulator, options: options)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(simulator.ledger.askedTwice.isEmpty)
        }
    }

    @Test("A create call that is accepted without a response creates one job")
    func s2() async throws {
        let kinds: [Trouble.Kind] = [
            .actThenDrop, .actThenRespond(status: 502, headers: [:], body: "bad gateway"),
            .actThenRespond(status: 200, headers: [:], body: "{not json"), .actThenHang,
        ]
        for kind in kinds {
            try await expectOneJob(
                SimulatorScript { $0.troubles = [Trouble(kind, on: .createBatch)] }, options: ["timeout": "0.3"])
        }
    }

    @Test("A create call that is lost is repeated once it is proved not accepted")
    func s2NotAccepted() async throws {
        for kind: Trouble.Kind in [.drop, .respond(status: 500, headers: [:], body: "oops")] {
            try await expectOneJob(SimulatorScript { $0.troubles = [Trouble(kind, on: .createBatch)] })
        }
    }

    @Test("A file that is not found after its upload and a job that is not found after its creation are tried again")
    func s6() async throws {
        try await expectOneJob(SimulatorScript { $0.fileRace = 1 })
        try await expectOneJob(SimulatorScript { $0.getRace = 2 })
    }

    @Test("A job that fails because of a full queue is submitted again and does not fail its requests")
    func s7() async throws {
        try await withBench(SimulatorScript { $0.tokenLimitedCreates = 2 }) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 3)
            #expect(simulator.ledger.uploads.count == 1)
        }
    }

    @Test("A rejection that a proxy turns into 500 ends in a clear failure after bounded tries, and nothing is lost")
    func s8() async throws {
        let kind = Trouble.Kind.respond(status: 500, headers: [:], body: #"{"error":{"message":"upstream says no"}}"#)
        try await withBench(SimulatorScript { $0.troubles = [Trouble(kind, on: .createBatch, calls: 1...)] }) {
            bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            #expect(error?.message.contains("upstream says no") == true)
            #expect(simulator.ledger.callCount(.createBatch) == 5)
            simulator.setScript(SimulatorScript())
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 3]))
        }
    }

    @Test("A file that is edited after the batch was created does not change the uploaded bytes")
    func s9() async throws {
        try await withBench { bench, simulator in
            let path = bench.path("in.jsonl")
            let line =
                #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#
            try Data((line + "\r\n").utf8).write(to: URL(filePath: path))
            let batch = try await Batch.create(
                jsonl: path, provider: try Workbench.openAI(simulator), storage: bench.storage)
            try Data("something else\n".utf8).write(to: URL(filePath: path))
            try await batch.wait()
            let file = try #require(await simulator.files.first { $0.purpose == "batch" })
            #expect(file.bytes == Data((line + "\n").utf8))
        }
    }

    @Test("A list that lags behind or repeats its page for ever proves nothing")
    func s10() async throws {
        try await expectOneJob(
            SimulatorScript {
                $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
                $0.listLag = 2
            })
        try await expectOneJob(
            SimulatorScript {
                $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
                $0.repeatPage = true
            })
    }

    @Test("An upload without a response is found by its name and used")
    func s11() async throws {
        try await withBench(SimulatorScript { $0.troubles = [Trouble(.actThenDrop, on: .uploadFile)] }) {
            bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.uploads.count == 1)
        }
    }

    @Test("A definite rejection is final, and every request has the reason")
    func refused() async throws {
        let kind = Trouble.Kind.apiError(
            status: 400, code: "invalid_request", message: "no such window", type: "invalid_request_error")
        try await withBench(SimulatorScript { $0.troubles = [Trouble(kind, on: .createBatch, calls: 1...)] }) {
            bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.status() == .failed)
            #expect(try await batch.counts() == .of([.errored: 3]))
            #expect(try await batch.results().all().allSatisfy { $0.error?.message == "no such window" })
            #expect(simulator.ledger.callCount(.createBatch) == 1)
        }
    }

    @Test("A batch over the provider's limits becomes several jobs of one attempt; two models, two jobs")
    func split() async throws {
        try await withBench { bench, simulator in
            let batch = try await bench.run(10, on: simulator, options: ["requests-per-job": "4"])
            #expect(try await batch.counts() == .of([.succeeded: 10]))
            #expect(try await batch.attempts().count == 1)
            #expect(simulator.ledger.acceptedJobs.map(\.customIDs.count).sorted() == [2, 4, 4])
            let mixed = try await Batch.create(
                .requests(
                    ["a", "b", "a", "b"].enumerated().map { index, model in
                        BatchRequest(
                            customID: CustomID("m\(index)"), endpoint: .chatCompletions,
                            body: ["model": .string(model), "messages": []])
                    }), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await mixed.wait()
            #expect(try await mixed.counts() == .of([.succeeded: 4]))
            #expect(try await mixed.providerJobs().map(\.input.requests) == [2, 2])
        }
    }
}
