import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// The realtime provider against a real HTTP server.
@Suite("Realtime")
struct RealtimeTests {
    private func run(
        _ count: Int, _ script: SimulatorScript, options: [String: String] = [:],
        _ check: (Batch, ProviderSimulator) async throws -> Void
    ) async throws {
        try await withBench(script) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(count), provider: try Workbench.realtime(simulator, options: options),
                storage: bench.storage)
            try await batch.wait()
            try await check(batch, simulator)
        }
    }

    @Test("Every request is sent once, and its answer is kept as an OpenAI result line")
    func plain() async throws {
        try await run(50, SimulatorScript()) { batch, simulator in
            #expect(try await batch.counts() == .of([.succeeded: 50]))
            #expect(simulator.ledger.realtimeAsks.count == 50)
            #expect(simulator.ledger.askedTwice.isEmpty)
            let line = try #require(try await batch.results().all().first?.openAILine)
            let object = try JSONObject(line)
            #expect(object.string("custom_id") == "r0")
            #expect(object.object("response")?.integer("status_code") == 200)
        }
    }

    @Test("Status 429 and 5xx are retried, and 400 is not")
    func retried() async throws {
        let script = SimulatorScript { script in
            script.answer = { request in
                switch (request.customID, request.askedBefore) {
                case ("r1", 0): .httpError(status: 429, code: "rate_limit_exceeded", message: "slow down", type: "x")
                case ("r2", 0...1): .httpError(status: 503, code: "busy", message: "busy", type: "x")
                case ("r3", _): .httpError(status: 400, code: "bad", message: "bad request", type: "x")
                default: .success
                }
            }
        }
        try await run(5, script) { batch, simulator in
            #expect(try await batch.counts() == .of([.succeeded: 4, .errored: 1]))
            #expect(simulator.ledger.askedCount("r2") == 3)
            #expect(simulator.ledger.askedCount("r3") == 1)
            let failed = try #require(try await batch.results(customIDs: ["r3"]).first)
            #expect(failed.error == ResultError(code: "bad", message: "bad request"))
            #expect(failed.statusCode == 400)
        }
    }

    @Test("A lasting failure is final after a bounded number of tries, and a retry sends only that request")
    func bounded() async throws {
        let script = SimulatorScript { script in
            script.answer = {
                $0.customID == "r1" ? .httpError(status: 500, code: "x", message: "broken", type: "x") : .success
            }
        }
        try await run(3, script, options: ["max-tries": "3"]) { batch, simulator in
            #expect(try await batch.counts() == .of([.succeeded: 2, .errored: 1]))
            #expect(simulator.ledger.askedCount("r1") == 3)
            simulator.setScript(SimulatorScript())
            try await batch.retry()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.askedCount("r0") == 1)
        }
    }

    @Test("A rejected key stops the run and leaves every request open; the right key resumes it")
    func refusedKey() async throws {
        try await withBench(SimulatorScript { $0.apiKey = "sk-right" }) { bench, simulator in
            let batch = try await Batch.create(
                Workbench.requests(5), provider: try Workbench.realtime(simulator, key: .value("sk-wrong")),
                storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            #expect(error?.code == .keyRefused)
            #expect(try await batch.counts() == .of([:], open: 5))
            let right = batch.using(try Workbench.realtime(simulator, key: .value("sk-right")))
            // Nothing had been done under the wrong key, so there is no account to be bound to.
            try await right.wait()
            #expect(try await batch.counts() == .of([.succeeded: 5]))
        }
    }

    @Test("Without a server the run stops, and no request fails")
    func noServer() async throws {
        let bench = try Workbench()
        let provider = try Provider.realtime(
            baseURL: "http://127.0.0.1:9/v1", apiKey: .none, options: ["backoff": "0.001"])
        let batch = try await Batch.create(Workbench.requests(3), provider: provider, storage: bench.storage)
        let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
        #expect(error?.code == .providerUnavailable)
        #expect(try await batch.counts() == .of([:], open: 3))
    }

    @Test("Requests in flight stay within the concurrency")
    func concurrency() async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.delay(.milliseconds(5)), on: .chatCompletions, calls: 1...)]
        }
        try await run(30, script, options: ["concurrency": "1"]) { batch, simulator in
            let asked = simulator.ledger.realtimeAsks.map(\.customID)
            #expect(asked == (0..<30).map { "r\($0)" })
        }
    }

    @Test("A rate limit is kept: requests beyond the first second's share wait")
    func rateLimit() async throws {
        let start = ContinuousClock.now
        try await run(15, SimulatorScript(), options: ["requests-per-minute": "600"]) { batch, simulator in
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 15]))
            // Ten at once, then one every tenth of a second.
            #expect(ContinuousClock.now - start > .milliseconds(400))
        }
    }

    @Test("After a cancellation the answers are kept, and the rest is cancelled and can be retried")
    func cancelled() async throws {
        try await withBench(SimulatorScript { $0.troubles = [Trouble(.hang, on: .chatCompletions, calls: 5...)] }) {
            bench, simulator in
            let provider = try Workbench.realtime(
                simulator, options: ["concurrency": "2", "max-tries": "1", "timeout": "1"])
            let batch = try await Batch.create(Workbench.requests(40), provider: provider, storage: bench.storage)
            async let ended = batch.wait()
            try await simulator.ledger.waitForCalls(.chatCompletions, count: 5)
            try await batch.cancel()
            let record = try await ended
            #expect(record.status == .cancelled)
            #expect(record.counts[.succeeded] == 4)
            #expect(record.counts[.cancelled] > 30)
            simulator.setScript(SimulatorScript())
            try await batch.retry()
            try await batch.wait()
            #expect(try await batch.counts()[.succeeded] == 40)
        }
    }

    @Test("Every endpoint is supported", arguments: [Endpoint.embeddings, .responses, .completions, .moderations])
    func endpoints(endpoint: Endpoint) async throws {
        try await withBench { bench, simulator in
            for provider in [
                try Workbench.realtime(simulator), try Workbench.openAI(simulator), try Provider.offline(),
            ] {
                let source = RequestSource.requests([
                    BatchRequest(
                        customID: "a", endpoint: endpoint,
                        body: ["model": "m", endpoint == .completions ? "prompt" : "input": "some text"])
                ])
                let batch = try await Batch.create(source, provider: provider, storage: bench.storage)
                try await batch.wait()
                #expect(try await batch.counts() == .of([.succeeded: 1]), "\(provider.settings.name)")
            }
        }
    }
}
