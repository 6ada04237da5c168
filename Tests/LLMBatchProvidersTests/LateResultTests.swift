import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Results that are late, cut, damaged or named otherwise, line by line.
@Suite("Late and damaged results", .timeLimit(.minutes(3)))
struct LateResultTests {
    /// A good line of the output file.
    private static func line(_ id: String, _ text: String) -> String {
        #"{"id":"x","custom_id":"\#(id)","response":{"status_code":200,"request_id":"q","body":{"choices":[{"message":{"content":"\#(text)"}}]}},"error":null}"#
    }

    private static func file(_ lines: String...) -> @Sendable (inout SimulatedFiles) -> Void {
        let text = lines.joined(separator: "\n") + "\n"
        return { files in files.output = Data(text.utf8) }
    }

    @Test("A byte order mark at the start of a file is not part of its first line")
    func mark() async throws {
        let script = SimulatorScript {
            $0.shapeFiles = { files in files.output = files.output.map { Data([0xEF, 0xBB, 0xBF]) + $0 } }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(try await batch.record().anomalies == 0)
            // The line is kept without it.
            #expect(try await batch.results().all().first?.line?.first == UInt8(ascii: "{"))
        }
    }

    @Test(
        "A damaged line is charged to the request that it names itself, never to one that it mentions",
        arguments: [
            #"{"id":"x","metadata":{"custom_id":"r1"},"custom_id":"r0","response":{"status_code":200,"bo"#,
            #"{"response":{"body":{"choices":[{"message":{"content":"{\"custom_id\":\"r1\"}"}}]}},"custom_id":"r0","#,
            #"{"list":[{"custom_id":"r1"},"#,
            #"{"text":"\"custom_id\":\"r1\"","custom_id" : "r0", oops"#,
        ])
    func salvaged(_ damaged: String) async throws {
        let script = SimulatorScript { $0.shapeFiles = Self.file(damaged, Self.line("r1", "good")) }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(2, on: simulator)
            let results = try await batch.results().all()
            #expect(results.map(\.outcome) == [.errored, .succeeded])
            #expect(results.first?.error?.code == "unreadable_result")
            #expect(results.last?.text == "good")
            let kinds = try await batch.anomalies().all().map(\.kind).filter { $0 != .countMismatch }
            #expect(kinds == [.unreadable])
        }
    }

    @Test("A damaged line does not count if the same request has a good line")
    func overruled() async throws {
        let damaged = #"{"custom_id":"r1","response":{"#
        let script = SimulatorScript {
            $0.shapeFiles = Self.file(damaged, Self.line("r1", "good"), Self.line("r0", "fine"))
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(2, on: simulator)
            #expect(try await batch.results().all().map(\.text) == ["fine", "good"])
            #expect(try await batch.anomalies().all().map(\.kind).contains(.duplicate) == false)
        }
    }

    @Test("A line that is damaged in one download and whole in the next is the request's answer")
    func healed() async throws {
        let damaged = Self.line("r0", "first") + "\n" + #"{"custom_id":"r1","resp"# + "\n"
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(.respond(status: 200, headers: [:], body: damaged), on: .fileContent),
                Trouble(.respond(status: 200, headers: [:], body: damaged), on: .fileContent, calls: 2...2),
            ]
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(3, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
        }
    }

    @Test("A range that a service refuses is read from the start of the file, once", arguments: [400, 416])
    func refusedRange(_ status: Int) async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(.truncate(afterBytes: 700), on: .fileContent),
                Trouble(.respond(status: status, headers: [:], body: "no such range"), on: .fileContent, calls: 2...2),
            ]
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(5, on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 5]))
            #expect(try await batch.record().anomalies == 0)
            let ranges = simulator.ledger.calls(.fileContent).map { $0.headers["range"] != nil }
            #expect(ranges == [false, true, false])
        }
    }

    @Test("A job whose every line is counted is fetched once; one that has all its results is not fetched at all")
    func quick() async throws {
        try await withBench { bench, simulator in
            let batch = try await bench.run(5, on: simulator)
            #expect(simulator.ledger.callCount(.fileContent) == 1)
            #expect(try await batch.counts() == .of([.succeeded: 5]))
        }
    }

    @Test("A job that fails over one line names the request and its own line, not the line of an upload")
    func namedLine() async throws {
        try await withBench { bench, simulator in
            var lines = (0..<6).map {
                #"{"custom_id":"q\#($0)","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#
            }
            lines[4] = lines[4].replacing(#""method""#, with: #""oops":1,"method""#)
            let path = bench.path("named.jsonl")
            try Data(("\n" + lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: path))
            let batch = try await Batch.create(
                jsonl: path, provider: try Workbench.openAI(simulator, options: ["requests-per-job": "3"]),
                storage: bench.storage)
            try await batch.wait()
            let failure = try #require(try await batch.providerJobs().compactMap(\.state.failure).first)
            #expect(
                failure.message.contains("request \"q4\" (line 6 of the input, line 2 of the upload)"), "\(failure)")
            #expect(try await batch.counts() == .of([.succeeded: 3, .errored: 3]))
        }
    }

    @Test("No storage operation grows with the square of the provider jobs")
    func linear() async throws {
        func calls(_ jobs: Int) async throws -> [StorageOperation: Int] {
            try await ProviderSimulator.withRunning(.openAI, SimulatorScript()) { simulator in
                let storage = FaultyStorage(wrapping: MemoryStorage())
                let batch = try await Batch.create(
                    Workbench.requests(jobs * 2),
                    provider: try Workbench.openAI(simulator, options: ["requests-per-job": "2"]), storage: storage)
                try await batch.wait()
                #expect(try await batch.counts() == .of([.succeeded: jobs * 2]))
                return Dictionary(grouping: storage.calls, by: \.operation).mapValues(\.count)
            }
        }
        let (few, many) = (try await calls(5), try await calls(40))
        // What reads all jobs, or all of a batch, is asked as often however many jobs there are.
        for operation in [StorageOperation.jobs, .batch, .attempts, .anomalies, .batches] {
            #expect(few[operation, default: 0] + 2 >= many[operation, default: 0], "\(operation)")
        }
    }

    @Test(
        "A bounded number of jobs calls the provider at a time, and none waits for the others"
    )
    func bounded() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(60), provider: try Workbench.openAI(simulator, options: ["requests-per-job": "1"]),
                storage: bench.storage)
            let work = Task { try await batch.wait() }
            // All are submitted although none of them ends.
            try await simulator.ledger.waitForCalls(.createBatch, count: 60)
            simulator.release()
            try await work.value
            #expect(try await batch.counts() == .of([.succeeded: 60]))
            #expect(simulator.ledger.acceptedJobs.count == 60)
        }
    }
}
