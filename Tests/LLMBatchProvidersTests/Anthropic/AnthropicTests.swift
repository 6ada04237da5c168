import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Anthropic", .timeLimit(.minutes(2)))
struct AnthropicTests {
    static func provider(_ simulator: ProviderSimulator, options: [String: String] = [:]) throws -> Provider {
        try .anthropic(
            baseURL: simulator.origin, apiKey: .value("sk-ant-secret"),
            options: Workbench.hurry.merging(options) { _, given in given })
    }

    static func run(
        _ count: Int, on simulator: ProviderSimulator, options: [String: String] = [:], bench: borrowing Workbench
    ) async throws -> Batch {
        let batch = try await Batch.create(
            Workbench.requests(count, model: "claude-haiku-4-5"),
            provider: try provider(simulator, options: options), storage: bench.storage)
        try await batch.wait()
        return batch
    }

    @Test("A batch runs from submission to results")
    func aBatchGoesThrough() async throws {
        let script = SimulatorScript {
            $0.apiKey = "sk-ant-secret"
            $0.answer = { request in
                switch request.lineIndex {
                case 0: .text("said")
                case 1: .httpError(status: 529, code: nil, message: "too much")
                case 2: .silent
                case 3: .body(status: 200, text: #"{"type":"message"}"#)
                case 4: .httpError(status: 400, code: nil, message: "no")
                default:
                    .reply(
                        SimulatedReply(text: nil, toolCalls: [.init(id: "t1", name: "look", arguments: #"{"x":1}"#)]))
                }
            }
        }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(6, on: simulator, bench: bench)
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.outcome == .succeeded && byID["r0"]?.text == "said")
            #expect(byID["r0"]?.usage.input == 14 && byID["r0"]?.usage.output == 5)
            #expect(byID["r1"]?.outcome == .errored && byID["r1"]?.error?.code == "overloaded_error")
            #expect(byID["r1"]?.statusCode == 529 && byID["r1"]?.error?.message == "too much")
            #expect(byID["r2"]?.outcome == .missing)
            #expect(byID["r3"]?.outcome == .errored && byID["r3"]?.error?.code == "empty_answer")
            #expect(byID["r4"]?.outcome == .errored && byID["r4"]?.error?.code == "invalid_request_error")
            #expect(byID["r5"]?.outcome == .succeeded && byID["r5"]?.finishReason == "tool_calls")
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(simulator.ledger.acceptedJobs[0].customIDs.allSatisfy { $0.hasPrefix("llmb") && $0.count == 22 })
            #expect(simulator.ledger.calls.allSatisfy { $0.headers["x-api-key"] == "sk-ant-secret" })
            #expect(simulator.ledger.calls.allSatisfy { $0.headers["anthropic-version"] == "2023-06-01" })
        }
    }

    @Test(
        "A job whose create response is lost is found by the ids in its results",
        arguments: [
            Trouble.Kind.actThenDrop, .actThenRespond(status: 502), .actThenHang,
            .actThenRespond(status: 200, body: "{not json"),
        ])
    func aLostCreateIsFoundByItsResults(_ trouble: Trouble.Kind) async throws {
        try await ProviderSimulator.withRunning(.anthropic) { simulator in
            let bench = try Workbench()
            // Somebody else's job of the same time and size, which the results tell apart.
            _ = try await Self.run(3, on: simulator, bench: bench)
            simulator.setScript(
                SimulatorScript {
                    $0.troubles = [Trouble(trouble, on: .createBatch)]
                    $0.listLag = 1
                })
            let other = try Workbench()
            let batch = try await Batch.create(
                Workbench.requests(3, model: "claude-haiku-4-5"),
                provider: try Self.provider(simulator, options: ["timeout": "0.5"]), storage: other.storage)
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 2 && simulator.ledger.askedTwice.isEmpty)
            let job = try #require(try await batch.providerJobs().first)
            #expect(job.state.remoteID == simulator.ledger.acceptedJobs[1].batchID)
        }
    }

    @Test("A job without evidence of its origin is left to the owner's decision")
    func aJobThatShowsNothingIsLeftToItsOwner() async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            $0.shapeFiles = { $0.output = nil }
        }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                Workbench.requests(2, model: "claude-haiku-4-5"), provider: try Self.provider(simulator),
                storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            #expect(error?.code == .needsAttention)
            let status = try await batch.status()
            #expect(status == .needsAttention)
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A job that ended early keeps its answers", arguments: ["expired", "cancelled"])
    func partial(_ end: String) async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", end]
            $0.answeredBeforeEnd = 2
        }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(5, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2, end == "expired" ? .expired : .cancelled: 3]))
            let status = try await batch.status()
            #expect(status.rawValue == end)
            let anomalies = try await batch.anomalies().all()
            #expect(anomalies.isEmpty)
        }
    }

    @Test("A full queue is waited out")
    func aFullQueueIsWaitedOut() async throws {
        try await ProviderSimulator.withRunning(.anthropic, SimulatorScript { $0.tokenLimitedCreates = 2 }) {
            simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A spending limit stops the run")
    func aSpendLimitStops() async throws {
        let body =
            #"{"type":"error","error":{"type":"rate_limit_error","message":"limit","details":{"error_code":"enforced_spend_limit_reached"}}}"#
        let script = SimulatorScript { $0.troubles = [Trouble(.respond(status: 429, body: body), on: .createBatch)] }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await Self.run(1, on: simulator, bench: bench)
            }
            #expect(error?.message.contains("enforced_spend_limit_reached") == true)
            #expect(simulator.ledger.callCount(.createBatch) == 1)
        }
    }

    @Test(
        "Spending limits and exhausted credit can arrive as bad requests, and lose nothing",
        arguments: [
            #"{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}"#,
            #"{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}"#,
            #"{"type":"invalid_request_error","message":"no","details":{"error_code":"workspace_spend_limit_reached"}}"#,
        ])
    func aBadRequestOfSpendingStops(_ said: String) async throws {
        let body = #"{"type":"error","error":\#(said)}"#
        let script = SimulatorScript { $0.troubles = [Trouble(.respond(status: 400, body: body), on: .createBatch)] }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                Workbench.requests(2, model: "claude-haiku-4-5"), provider: try Self.provider(simulator),
                storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            #expect(error?.code == .providerUnavailable)
            #expect(simulator.ledger.callCount(.createBatch) == 1)
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Results are fetched only from the service itself")
    func resultsAreFetchedFromTheServiceItselfOnly() async throws {
        try await ProviderSimulator.withRunning(.anthropic) { other in
            let elsewhere =
                #"{"id":"msgbatch_sim1","type":"message_batch","processing_status":"ended","request_counts":{"processing":0,"succeeded":1,"errored":0,"canceled":0,"expired":0},"results_url":"\#(other.origin)/v1/messages/batches/msgbatch_sim1/results"}"#
            try await ProviderSimulator.withRunning(.anthropic, SimulatorScript { $0.statuses = ["completed"] }) {
                simulator in
                simulator.updateScript {
                    $0.statuses = ["in_progress"]
                    $0.troubles = [Trouble(.respond(status: 200, body: elsewhere), on: .getBatch, calls: 1...)]
                }
                let bench = try Workbench()
                let batch = try await Batch.create(
                    Workbench.requests(1, model: "claude-haiku-4-5"), provider: try Self.provider(simulator),
                    storage: bench.storage)
                try await batch.start()
                await simulator.force("msgbatch_sim1", to: "completed")
                try await batch.wait()
                let counts = try await batch.counts()
                #expect(counts == .of([.succeeded: 1]))
                #expect(other.ledger.calls.isEmpty)
            }
        }
    }

    @Test("A redirect never sends the key to another host")
    func aRedirectCarriesNoKeyElsewhere() async throws {
        try await ProviderSimulator.withRunning(.anthropic) { other in
            let to = other.origin + "/v1/messages/batches"
            let script = SimulatorScript { $0.troubles = [Trouble(.redirect(to: to), on: .createBatch, calls: 1...)] }
            try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
                let bench = try Workbench()
                await #expect(throws: (any Error).self) { _ = try await Self.run(1, on: simulator, bench: bench) }
                #expect(other.ledger.calls.isEmpty)
            }
        }
    }

    @Test("A stream that breaks off is resumed")
    func aStreamThatIsCutOffIsReadOn() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.truncate(afterBytes: 1700), on: .fileContent)] }
        try await ProviderSimulator.withRunning(.anthropic, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(20, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 20]))
            #expect(simulator.ledger.callCount(.fileContent) >= 2)
        }
    }

    @Test("Native bodies are sent unchanged, and custom ids of any kind are mapped back")
    func nativeBodiesGoOutUntouchedAndIDsOfAnyKindComeBack() async throws {
        try await ProviderSimulator.withRunning(.anthropic) { simulator in
            let bench = try Workbench()
            let body =
                #"{"model": "claude-x",  "max_tokens": 7, "thinking": {"type":"enabled"}, "messages": [{"role":"user","content":"hi"}]}"#
            let line = #"{"custom_id":"Grüße / 1","method":"POST","url":"/v1/chat/completions","body":\#(body)}"#
            try Data((line + "\n").utf8).write(to: URL(filePath: bench.path("in.jsonl")))
            let batch = try await Batch.create(
                jsonl: bench.path("in.jsonl"), provider: try Self.provider(simulator, options: ["native": "true"]),
                storage: bench.storage)
            try await batch.wait()
            let sent = try #require(simulator.ledger.calls(.createBatch).first?.body)
            #expect(String(decoding: sent, as: UTF8.self).contains("\"params\":" + body + "}"))
            let result = try #require(try await batch.results(customIDs: ["Grüße / 1"]).first)
            #expect(result.outcome == .succeeded)
            #expect(
                result.nativeLine.map { String(decoding: $0, as: UTF8.self) }?.contains(#""type":"message""#) == true)
        }
    }
}
