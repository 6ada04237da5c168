import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// LB1 to LB10: what LangBatch's `Batch` lets its users do, in its counterpart here.
@Suite("The life of a batch in the library")
struct LangBatchRows {
    private static let line =
        #"{"custom_id":"a","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#

    private func file(_ bench: borrowing Workbench, _ text: String) throws -> String {
        let path = bench.path("in.jsonl")
        try Data(text.utf8).write(to: URL(filePath: path))
        return path
    }

    @Test("A batch from a JSONL file has an id at once, and nothing is sent before start")
    func lb1() async throws {
        try await withBench { bench, simulator in
            let path = try file(bench, "\u{FEFF}\(Self.line)\r\n\n   \n\(Self.line.replacing("\"a\"", with: "\"b\""))")
            let batch = try await Batch.create(
                jsonl: path, provider: try Workbench.openAI(simulator), storage: bench.storage)
            #expect(batch.id.rawValue.count == 20)
            #expect(try await batch.status() == .draft)
            #expect(simulator.ledger.calls.isEmpty)
            #expect(try await batch.requests().all().map(\.request.line).first == Array(Self.line.utf8))
            #expect(try await batch.requests().all().map(\.sourceLine) == [1, 4])
        }
    }

    @Test(
        "An invalid file is rejected with file, line and reason, and nothing is stored",
        arguments: [
            ("\n\n", "contains no requests"), ("", "contains no requests"),
            ("\(line)\nnot json\n", ":2: the line is not JSON"),
            ("[]\n", ":1: the line is not a JSON object"),
            (#"{"custom_id":"a","url":"/v1/embeddings"}"#, ":1: the line has no body"),
            ("\(line)\n\n\(line)\n", ":3: the custom_id \"a\" is already on line 1"),
            (
                "\(line)\n" + #"{"custom_id":"b","url":"/v1/embeddings","body":{"input":"x"}}"#,
                ":2: the line is for /v1/embeddings, but line 1"
            ),
        ])
    func lb1Refused(text: String, reason: String) async throws {
        let bench = try Workbench()
        let path = try file(bench, text)
        let error = await #expect(throws: LLMBatchError.self) {
            _ = try await Batch.create(jsonl: path, provider: try .offline(), storage: bench.storage)
        }
        #expect(error?.code == .invalidInput)
        #expect(error?.message.contains(path) == true)
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
        #expect(try await bench.storage.batches(BatchQuery()).elements.isEmpty)
        #expect(try await bench.storage.sweepUnsealed(before: .distantFuture) == 0)
    }

    @Test("A batch is created from requests, message lists, or texts with shared parameters")
    func lb2() async throws {
        let bench = try Workbench()
        let chat = try await Batch.create(
            .messages(
                [[.system("be brief"), .user("one")], [.user("two")]], parameters: ["model": "m", "max_tokens": 5]),
            provider: try .offline(), storage: bench.storage)
        try await chat.wait()
        #expect(try await chat.results(customIDs: ["request-2"]).first?.text == "[offline echo] two")
        let body = try #require(try await chat.requests(customIDs: ["request-1"]).first?.request.body)
        #expect(try JSONObject(Array(body)).integer("max_tokens") == 5)
        let texts = try await Batch.create(
            .texts(["a", "b", "c"], parameters: ["model": "e"]), provider: try .offline(), storage: bench.storage)
        try await texts.wait()
        #expect(try await texts.results().all().compactMap(\.embedding).map(\.count) == [8, 8, 8])
    }

    @Test("The status follows a slow provider after start")
    func lb3() async throws {
        try await withBench(SimulatorScript { $0.holdAt = "in_progress" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            #expect(try await batch.status() == .validating)
            try await batch.refresh()
            #expect(try await batch.status() == .inProgress)
            simulator.release()
            var statuses: [BatchStatus] = []
            for try await record in batch.updates(every: .milliseconds(1)) { statuses.append(record.status) }
            #expect(statuses.last == .completed)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A batch that is retried many times spans several provider jobs until it succeeds")
    func lb4() async throws {
        let script = SimulatorScript { script in
            script.answer = { request in
                request.askedBefore < (request.lineIndex ?? 0) % 4
                    ? .httpError(status: 429, code: "rate_limit_exceeded", message: "later", type: "x") : .success
            }
        }
        try await withBench(script) { bench, simulator in
            let batch = try await bench.run(8, on: simulator)
            while try await batch.counts().unsuccessful > 0 {
                try await batch.retry()
                try await batch.wait()
            }
            #expect(try await batch.counts() == .of([.succeeded: 8]))
            let attempts = try await batch.attempts()
            #expect(attempts.map(\.parent) == [nil] + attempts.dropLast().map { Optional($0.number) })
            let sizes = simulator.ledger.acceptedJobs.map(\.customIDs.count)
            #expect(sizes.first == 8)
            #expect(zip(sizes, sizes.dropFirst()).allSatisfy { $0 > $1 })
        }
    }

    @Test("Successful and unsuccessful results and requests are streams")
    func lb5() async throws {
        let bench = try Workbench()
        let batch = try await failing(bench)
        let (good, bad) = (try await batch.results(.successful).all(), try await batch.results(.unsuccessful).all())
        #expect(good.count + bad.count == 200)
        #expect(!bad.isEmpty && !good.isEmpty)
        #expect(bad.allSatisfy { $0.error?.code == "offline_failure" })
        #expect(try await batch.unsuccessfulRequests().all().map(\.request.customID) == bad.map(\.customID))
        #expect(try await batch.unsuccessfulRequests([.expired]).all().isEmpty)
    }

    @Test("A results file has OpenAI's format and the order of the requests, and is written atomically")
    func lb6() async throws {
        let bench = try Workbench()
        let batch = try await failing(bench)
        try await batch.writeResults(to: bench.path("out.jsonl"))
        let text = try String(contentsOfFile: bench.path("out.jsonl"), encoding: .utf8)
        let ids = try text.split(separator: "\n").map { try JSONObject(Array($0.utf8)).string("custom_id") }
        #expect(ids == (0..<200).map { "r\($0)" })
        await #expect(throws: LLMBatchError.self) { try await batch.writeResults(to: bench.path("none/out.jsonl")) }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: bench.folder.path).filter { $0.contains("tmp") }.isEmpty
        )
    }

    @Test("Requests, results and history are found by custom ids, in the order of the ids")
    func lb8() async throws {
        let bench = try Workbench()
        let batch = try await failing(bench)
        let ids: [CustomID] = ["r7", "nobody", "r3"]
        #expect(try await batch.requests(customIDs: ids).map(\.request.customID) == ["r7", "r3"])
        #expect(try await batch.results(customIDs: ids).map(\.customID) == ["r7", "r3"])
        let failed = try #require(try await batch.results(.unsuccessful).all().first?.customID)
        try await batch.using(try .offline()).retry()
        try await batch.using(try .offline()).wait()
        let history = try await batch.history(customID: failed)
        #expect(history.map { $0.result?.outcome } == [.errored, .succeeded])
        #expect(history.map(\.attempt.number) == [1, 2])
        await #expect(throws: LLMBatchError.self) { _ = try await batch.history(customID: "nobody") }
    }

    @Test("A batch is in memory until it is saved, and is saved whole to any storage")
    func lb9() async throws {
        let bench = try Workbench()
        let batch = try await Batch.create(
            Workbench.requests(20), provider: try .offline(options: ["fail-share": "0.4"]))
        try await batch.wait()
        await #expect(throws: LLMBatchError.self, "nowhere to save it is known") { try await batch.save() }
        let copy = try await batch.save(to: bench.storage)
        #expect(try await copy.record() == batch.record())
        try await copy.using(try .offline()).retry()
        try await copy.using(try .offline()).wait()
        #expect(try await copy.counts() == .of([.succeeded: 20]))
        await #expect(throws: LLMBatchError.self) { try await batch.save(to: bench.storage) }
        try await copy.save(to: batch.storage)
        #expect(try await batch.counts() == .of([.succeeded: 20]))
    }

    @Test("A batch is loaded by id from a custom storage with a custom provider")
    func lb10() async throws {
        try await withBench { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Workbench.openAI(simulator), storage: bench.storage)
            try await batch.start()
            let other = try SQLiteStorage(path: bench.storage.path)
            let mine = try await Batch.load(batch.id, storage: other, provider: try Workbench.openAI(simulator))
            try await mine.wait()
            #expect(try await Batch.load(batch.id, storage: other).counts() == .of([.succeeded: 3]))
            let nobody = await #expect(throws: LLMBatchError.self) {
                _ = try await Batch.load(BatchID(rawValue: "nobody"), storage: other)
            }
            #expect(nobody?.code == .notFound)
        }
    }

    /// Two hundred requests of which about a third failed.
    private func failing(_ bench: borrowing Workbench) async throws -> Batch {
        let provider = try Provider.offline(options: ["fail-share": "0.3", "seed": "3"])
        let batch = try await Batch.create(Workbench.requests(200), provider: provider, storage: bench.storage)
        try await batch.wait()
        return batch
    }
}
