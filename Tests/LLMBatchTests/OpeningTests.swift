import Foundation
import LLMBatch
import LLMBatchSimulator
import Testing
import Workbench

/// A batch is opened again rather than created a second time.
@Suite("Opening a batch", .timeLimit(.minutes(2)))
struct OpeningTests {
    @Test("The same requests and provider are the same batch, and the second import leaves nothing behind")
    func sameIsFound() async throws {
        try await withBench { bench, simulator in
            let provider = try Workbench.openAI(simulator)
            let file = try bench.file(count: 3)
            let first = try await Batch.open(jsonl: file, provider: provider, storage: bench.storage)
            try await first.wait()
            let second = try await Batch.open(jsonl: file, provider: provider, storage: bench.storage)
            #expect(second.id == first.id)
            try await second.wait()
            #expect(simulator.ledger.acceptedJobs.count == 1, "a second run of a program pays for nothing")
            #expect(try await bench.storage.batches(BatchQuery()).elements.count == 1)
            #expect(try await bench.storage.sweepUnsealed(before: .distantFuture) == 0)
        }
    }

    @Test("Another model, provider option or request is another batch")
    func othersAreNew() async throws {
        try await withBench { bench, simulator in
            let file = try bench.file(count: 2)
            let first = try await Batch.open(
                jsonl: file, provider: try Workbench.openAI(simulator), storage: bench.storage)
            let others = [
                try await Batch.open(
                    jsonl: file, provider: try Workbench.openAI(simulator, model: "other"), storage: bench.storage),
                try await Batch.open(
                    jsonl: try bench.file(count: 3, name: "more.jsonl"), provider: try Workbench.openAI(simulator),
                    storage: bench.storage),
                try await Batch.open(jsonl: file, provider: try .offline(), storage: bench.storage),
            ]
            #expect(Set(others.map(\.id) + [first.id]).count == 4)
        }
    }

    @Test("A name belongs to one batch: other content under it is rejected with the differences")
    func namesAreChecked() async throws {
        try await withBench { bench, simulator in
            let provider = try Workbench.openAI(simulator)
            let first = try await Batch.open(
                Workbench.requests(2), provider: provider, storage: bench.storage, name: "n")
            let again = try await Batch.open(
                Workbench.requests(2), provider: provider, storage: bench.storage, name: "n")
            #expect(again.id == first.id)
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await Batch.open(Workbench.requests(3), provider: provider, storage: bench.storage, name: "n")
            }
            #expect(error?.code == .nameTaken)
            #expect(error?.message.contains("the requests") == true)
            #expect(try await bench.storage.sweepUnsealed(before: .distantFuture) == 0)
        }
    }

    @Test("Programs that open the same batch concurrently get one batch", .timeLimit(.minutes(1)))
    func together() async throws {
        try await withBench { bench, simulator in
            let (provider, storage) = (try Workbench.openAI(simulator), bench.storage)
            let ids = try await withThrowingTaskGroup(of: BatchID.self) { group in
                for _ in 0..<4 {
                    group.addTask {
                        try await Batch.open(Workbench.requests(50), provider: provider, storage: storage).id
                    }
                }
                return try await group.reduce(into: [BatchID]()) { $0.append($1) }
            }
            let left = try await storage.batches(BatchQuery()).elements.map(\.id)
            #expect(left.count == 1)
            #expect(Set(ids) == Set(left))
        }
    }

    @Test("Requests come from bytes and from a stream, which is read once")
    func bytesAndStreams() async throws {
        try await withBench { bench, simulator in
            let provider = try Workbench.openAI(simulator)
            let lines = (0..<3).map {
                #"{"custom_id":"r\#($0)","method":"POST","url":"/v1/chat/completions","body":{"model":"m","messages":[]}}"#
            }
            let bytes = Array(lines.joined(separator: "\n").utf8)
            let first = try await Batch.open(.bytes(bytes), provider: provider, storage: bench.storage)
            let chunks = AsyncStream<[UInt8]> { continuation in
                for byte in bytes { continuation.yield([byte]) }
                continuation.finish()
            }
            let stream = RequestSource.stream(chunks)
            let second = try await Batch.open(stream, provider: provider, storage: bench.storage)
            #expect(second.id == first.id)
            await #expect(throws: LLMBatchError.self) {
                _ = try await Batch.create(stream, provider: provider, storage: bench.storage)
            }
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await Batch.create(.bytes(Array("[{}]".utf8), name: "upload"), provider: provider)
            }
            #expect(error?.message.hasPrefix("upload:1:") == true)
        }
    }

    @Test("The body of a request keeps its members in their order")
    func bodiesAsBytes() throws {
        let body = #"{"response_format":{"reasoning":1,"answer":2},"model":"m"}"#
        let request = try BatchRequest(customID: "a", endpoint: .chatCompletions, body: Array(body.utf8))
        #expect(String(decoding: request.body, as: UTF8.self) == body)
        #expect(request.model == "m")
        let bad = [
            Array("[]".utf8), Array(#"{"a":1,"a":2}"#.utf8), Array("{\"a\":\"line\nbreak\"}".utf8),
            Array(#"{"a":""#.utf8) + [0xFF] + Array(#""}"#.utf8), Array(#"{"a":"\ud800"}"#.utf8),
            Array((String(repeating: #"{"a":"#, count: 127) + "{}" + String(repeating: "}", count: 127)).utf8),
        ]
        for body in bad {
            #expect(throws: LLMBatchError.self, "\(String(decoding: body.prefix(40), as: UTF8.self))") {
                _ = try BatchRequest(customID: "a", endpoint: .chatCompletions, body: body)
            }
        }
    }

    @Test("A batch without a storage is not submitted and left, since it would be lost")
    func unkept() async throws {
        try await withBench { bench, simulator in
            let batch = try await Batch.create(Workbench.requests(1), provider: try Workbench.openAI(simulator))
            for call in [{ try await batch.start() }, { try await batch.save() }] as [@Sendable () async throws -> Void]
            {
                let error = await #expect(throws: LLMBatchError.self) { try await call() }
                #expect(error?.code == .invalidConfiguration)
            }
            #expect(simulator.ledger.acceptedJobs.isEmpty)
            try await batch.save(to: bench.storage).start()
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Errors are caught by their code and described for people")
    func errors() async throws {
        do {
            _ = try await Batch.load("nope", storage: Storage.memory())
            Issue.record("an unknown batch was loaded")
        } catch LLMBatchError.Code.notFound {
            // As it should be.
        }
        let error = LLMBatchError.noBatch("nope")
        #expect(error.localizedDescription == error.message)
        #expect("\(error.code)" == "not_found")
        #expect(!error.description.contains("llmbatch "))
        #expect("\(BatchStatus.inProgress)" == "in_progress")
    }
}
