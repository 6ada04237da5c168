import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// What is DigitalOcean's own; the rest is in the conformance suite.
@Suite("DigitalOcean", .timeLimit(.minutes(2)))
struct DigitalOceanTests {
    static func provider(_ origin: String, options: [String: String] = [:]) throws -> Provider {
        try .digitalOcean(
            baseURL: origin, apiKey: .value("do-secret-key"), options: Workbench.hurry.merging(options) { $1 })
    }

    static func remote(_ origin: String = "http://127.0.0.1:9", options: [String: String] = [:]) throws
        -> any BatchProvider
    {
        guard case .batch(let remote) = try provider(origin, options: options).kind else {
            throw LLMBatchError(.invalidConfiguration, "no batch provider")
        }
        return remote
    }

    static func run(
        _ requests: RequestSource, on simulator: ProviderSimulator, options: [String: String] = [:]
    ) async throws -> Batch {
        let batch = try await Batch.create(
            requests, provider: try provider(simulator.origin, options: options), storage: Storage.memory())
        try await batch.wait()
        return batch
    }

    static func sent(_ calls: [LedgerCall]) throws -> [JSONObject] {
        try calls.map { try JSONObject(Array(try #require($0.body))) }
    }

    @Test("A call to a presigned URL carries neither the key nor another content type")
    func aCallToASignedLinkCarriesNoKeyAndNoOtherType() async throws {
        try await ProviderSimulator.withRunning(.digitalOcean, SimulatorScript { $0.apiKey = "do-secret-key" }) {
            simulator in
            let batch = try await Self.run(Workbench.requests(2), on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            let signed = simulator.ledger.calls(.uploadFile) + simulator.ledger.calls(.fileContent)
            #expect(signed.count == 2)
            for call in signed {
                #expect(!call.headers.values.contains { $0.contains("do-secret-key") }, "\(call.path)")
            }
            #expect(
                simulator.ledger.calls(.uploadFile).map { $0.headers["content-type"] } == ["application/octet-stream"])
            #expect(simulator.ledger.uploads.map { $0.filename.hasPrefix("llmbatch-") } == [true])
        }
    }

    @Test("Each job is sent to the maker of its model")
    func eachJobGoesToTheMakerOfItsModel() async throws {
        let requests = ["gpt-4.1-mini", "claude-sonnet-4-5", "gpt-4.1-mini"].enumerated().map { index, model in
            BatchRequest(
                customID: CustomID("r\(index)"), endpoint: .chatCompletions,
                body: ["model": .string(model), "messages": [["role": "user", "content": "hi"]]])
        }
        try await ProviderSimulator.withRunning(.digitalOcean) { simulator in
            let batch = try await Self.run(.requests(requests), on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(try await batch.results().all().map { $0.text?.hasPrefix("Answer to") } == [true, true, true])
            let orders = try Self.sent(simulator.ledger.calls(.createBatch))
            let said = Set(orders.map { "\($0.string("provider") ?? "") \($0.string("endpoint") ?? "none")" })
            #expect(said == ["openai /v1/chat/completions", "anthropic none"])
            #expect(Set(orders.compactMap { $0.string("request_id") }).count == 2)
            #expect(
                orders.allSatisfy { $0.object("metadata")?.string("llmbatch_token") == $0.string("request_id") })
        }
    }

    static func line(_ body: String, endpoint: Endpoint = .chatCompletions, options: [String: String] = [:]) throws
        -> String
    {
        let line = #"{"custom_id":"x","method":"POST","url":"\#(endpoint.rawValue)","body":\#(body)}"#
        let request = BatchRequest(
            customID: "x", endpoint: endpoint, model: (try JSONObject(Array(body.utf8))).string("model"),
            line: Array(line.utf8))
        let outgoing = OutgoingRequest(request, model: nil, id: "x")
        return String(decoding: try remote(options: options).inputLine(of: outgoing), as: UTF8.self)
    }

    @Test("Lines are in the format of the model's maker")
    func linesAreInTheWordsOfTheMaker() throws {
        let own = #"{ "model":"gpt-4.1-mini", "input":"hi", "odd":1e0 }"#
        #expect(
            try Self.line(own, endpoint: .responses)
                == #"{"custom_id":"x","method":"POST","url":"/v1/responses","body":\#(own)}"#)
        let hello = #""messages":[{"role":"user","content":"Hi"}]"#
        let claude =
            #"{"custom_id":"x","params":{"model":"claude-x","max_tokens":4096,"messages":[{"role":"user","content":"Hi"}]}}"#
        #expect(try Self.line(#"{"model":"claude-x",\#(hello)}"#) == claude)
        #expect(
            try Self.line(#"{"model":"anthropic-claude-x",\#(hello)}"#)
                == claude.replacing(#""claude-x""#, with: #""anthropic-claude-x""#))
        #expect(
            try Self.line(#"{"model":"mine",\#(hello)}"#, options: ["family": "anthropic"])
                == claude.replacing(#""claude-x""#, with: #""mine""#))
        let native = #"{ "model":"claude-x", "max_tokens":9, "top_k":3 }"#
        #expect(try Self.line(native, options: ["native": "true"]) == #"{"custom_id":"x","params":\#(native)}"#)
    }

    @Test("A setting that Claude does not support is rejected before anything is sent")
    func whatClaudeCannotBeAskedIsRefusedBeforeAnythingIsSent() async throws {
        let field = { (body: String, endpoint: Endpoint) throws -> String? in
            do { return try Self.line(body, endpoint: endpoint) } catch let error as RequestRefusal {
                return error.field
            }
        }
        let hello = #""messages":[{"role":"user","content":"Hi"}]"#
        #expect(try field(#"{"model":"claude-x","input":"hi"}"#, .responses) == "url")
        #expect(try field(#"{"model":"claude-x","seed":7,\#(hello)}"#, .chatCompletions) == "seed")
        let request = BatchRequest(
            customID: "r", endpoint: .responses, body: ["model": "claude-x", "input": "hi"])
        try await ProviderSimulator.withRunning(.digitalOcean) { simulator in
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await Self.run(.requests([request]), on: simulator)
            }
            #expect(
                error?.code == .invalidInput && error?.message.contains("url") == true, "\(String(describing: error))")
            #expect(simulator.ledger.calls.isEmpty)
        }
    }

    @Test("A rejected presigned URL is not a rejected key: the next try gets a new URL")
    func signedLinks() async throws {
        let script = SimulatorScript {
            $0.apiKey = "do-secret-key"
            let expired = Trouble.Kind.respond(
                status: 403, headers: [:], body: "<Error><Code>AccessDenied</Code></Error>")
            $0.troubles = [Trouble(expired, on: .uploadFile), Trouble(expired, on: .fileContent)]
        }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let batch = try await Self.run(Workbench.requests(3), on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 3]))
            #expect(simulator.ledger.callCount(.beginUpload) == 2 && simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A cancellation that comes too early for the service is sent again")
    func cancelledEarly() async throws {
        let script = SimulatorScript {
            $0.holdAt = "in_progress"
            $0.answeredBeforeEnd = 1
        }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let batch = try await Batch.create(
                Workbench.requests(3), provider: try Self.provider(simulator.origin), storage: Storage.memory())
            try await batch.start()
            try await batch.cancel()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.succeeded: 1, .cancelled: 2]))
            #expect(simulator.ledger.calls(.cancelBatch).first?.status == 409)
            #expect(simulator.ledger.calls(.cancelBatch).last?.status == 200)
        }
    }

    @Test("Results that are not ready are waited for, except those of a failed job")
    func results() async throws {
        try await ProviderSimulator.withRunning(.digitalOcean) { simulator in
            let batch = try await Self.run(Workbench.requests(2), on: simulator)
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            #expect(simulator.ledger.calls(.getFile).first?.status == 412)
        }
        try await ProviderSimulator.withRunning(
            .digitalOcean, SimulatorScript { $0.statuses = ["validating", "failed"] }
        ) { simulator in
            let batch = try await Self.run(Workbench.requests(2), on: simulator)
            #expect(try await batch.counts() == .of([.errored: 2]))
            #expect(try await batch.results().all().first?.error?.message == "The batch failed.")
            #expect(simulator.ledger.callCount(.fileContent) == 0)
        }
    }

    @Test(
        "The results of a job that ended without any may be unknown to the service", arguments: ["failed", "expired"])
    func noResults(_ end: String) async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", end]
            $0.shapeFiles = { $0.counts = nil }
            let unknown = Trouble.Kind.respond(
                status: 404, headers: [:], body: #"{"id":"not_found","message":"no results"}"#)
            $0.troubles = [Trouble(unknown, on: .getFile, calls: 1...)]
        }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let batch = try await Self.run(Workbench.requests(2), on: simulator)
            #expect(try await batch.counts() == .of([end == "failed" ? .errored : .expired: 2]))
        }
    }

    @Test("Results that are gone need attention and do not fail the requests")
    func resultsThatAreGoneNeedAttentionAndAreNoFailureOfTheRequests() async throws {
        let gone = Trouble.Kind.respond(status: 404, headers: [:], body: #"{"id":"not_found","message":"it is gone"}"#)
        let script = SimulatorScript { $0.troubles = [Trouble(gone, on: .getFile, calls: 1...)] }
        try await ProviderSimulator.withRunning(.digitalOcean, script) { simulator in
            let batch = try await Batch.create(
                Workbench.requests(2), provider: try Self.provider(simulator.origin), storage: Storage.memory())
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            #expect(error?.message.contains("no longer has the results") == true && error?.code == .needsAttention)
            #expect(try await batch.counts().open == 2)
        }
    }
}
