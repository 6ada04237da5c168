import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// A service with its simulator, which knows the service's ways from its documentation and not from the library's table.
struct ServiceCase: Sendable, CustomTestStringConvertible {
    let name: String
    let kind: ProviderSimulator.Kind
    var endpoint = Endpoint.chatCompletions
    /// False where the ids in the ledger are ours.
    var sendsCustomIDs = true
    /// False where the service drops what would tell our job and the input tells it.
    var hasToken = true
    /// False where the requests travel in the create call.
    var uploads = true
    /// False where the service cannot cancel a job.
    var cancels = true
    /// How often results are called for, where one of the calls is cut off.
    var download = SimulatorRoute.fileContent
    /// What the service makes of the error code of a request.
    var errorCode = "bad_thing"

    var testDescription: String { name }

    /// Which of the calls for results is cut off: where a job is asked for, the one after those that wait for its end.
    var cut: ClosedRange<Int> { download == .getBatch ? 4...4 : 1...1 }

    static let all = [
        ServiceCase(name: "azure-openai", kind: .azureOpenAI), ServiceCase(name: "groq", kind: .groq),
        ServiceCase(name: "together", kind: .together, sendsCustomIDs: false, hasToken: false),
        ServiceCase(name: "perplexity", kind: .perplexity, endpoint: .responses),
        ServiceCase(name: "dashscope", kind: .dashScope, hasToken: false),
        ServiceCase(name: "novita", kind: .novita, hasToken: false),
        ServiceCase(name: "siliconflow", kind: .siliconFlow, hasToken: false),
        ServiceCase(name: "deepinfra", kind: .deepInfra, hasToken: false),
        ServiceCase(name: "zhipu", kind: .zhipu, hasToken: false), ServiceCase(name: "morph", kind: .morph),
        ServiceCase(name: "nebius", kind: .nebius),
        ServiceCase(
            name: "openrouter", kind: .openRouter, sendsCustomIDs: false, hasToken: false, uploads: false,
            cancels: false, download: .getBatch),
        ServiceCase(name: "xai", kind: .xAI, hasToken: false, errorCode: "invalid_argument"),
        ServiceCase(name: "fireworks", kind: .fireworks, hasToken: false, cancels: false),
    ]

    func provider(_ simulator: ProviderSimulator, options: [String: String] = [:]) throws -> Provider {
        // Many of these run at once: a call may wait for its turn.
        let options = Workbench.hurry.merging(["timeout": "30"]) { $1 }.merging(options) { $1 }
        if name == "azure-openai" {
            return try .azureOpenAI(endpoint: simulator.origin, apiKey: .value("az-secret-key"), options: options)
        }
        let key = APIKeySource.value("az-secret-key")
        switch name {
        case "openrouter": return try .openRouter(baseURL: simulator.baseURL, apiKey: key, options: options)
        case "xai": return try .xAI(baseURL: simulator.baseURL, apiKey: key, options: options)
        case "fireworks":
            return try .fireworks(account: "a", baseURL: simulator.baseURL, apiKey: key, options: options)
        default: break
        }
        let service = try #require(CompatibleService.all.first { $0.description.name == name })
        return try .compatible(
            service, baseURL: simulator.baseURL, apiKey: .value("az-secret-key"), options: options)
    }

    func request(_ id: String) -> BatchRequest {
        let question: [String: JSONValue] =
            endpoint == .responses ? ["input": "hi"] : ["messages": [["role": "user", "content": "hi"]]]
        return BatchRequest(
            customID: CustomID(id), endpoint: endpoint, body: question.merging(["model": "m"]) { own, _ in own })
    }

    func run(
        _ count: Int, on simulator: ProviderSimulator, options: [String: String] = [:], bench: borrowing Workbench
    ) async throws -> Batch {
        let requests = (0..<count).map { request("r\($0)") }
        let batch = try await Batch.create(
            .requests(requests), provider: try provider(simulator, options: options), storage: bench.storage)
        try await batch.wait()
        return batch
    }
}

@Suite("Services that speak OpenAI's Batch API", .timeLimit(.minutes(3)))
struct CompatibleTests {
    @Test(
        "A line without a model or a required member is rejected before anything is sent",
        arguments: ServiceCase.all)
    func whatIsMissingIsNamed(_ service: ServiceCase) async throws {
        let content =
            service.endpoint == .responses ? #""input":"hi""# : #""messages":[{"role":"user","content":"hi"}]"#
        let member = service.endpoint == .responses ? "input" : "messages"
        let good = #"{"custom_id":"a","method":"POST","url":"\#(service.endpoint)","body":{"model":"m",\#(content)}}"#
        try await ProviderSimulator.withRunning(service.kind, SimulatorScript { $0.apiKey = "az-secret-key" }) {
            simulator in
            let bench = try Workbench()
            for (body, field) in [
                (content, "model"), (#""model":"",\#(content)"#, "model"), (#""model":"m""#, member),
                (#""model":"m","\#(member)":null"#, member),
            ] {
                let bad = #"{"custom_id":"b","method":"POST","url":"\#(service.endpoint)","body":{\#(body)}}"#
                try Data("\(good)\n\(bad)\n".utf8).write(to: URL(filePath: bench.path("in.jsonl")))
                let batch = try await Batch.create(
                    .jsonl(bench.path("in.jsonl")), provider: try service.provider(simulator), storage: bench.storage)
                let error = await #expect(throws: LLMBatchError.self) { try await batch.start() }
                #expect(error?.code == .invalidInput)
                #expect(error?.message.contains("request \"b\" (line 2)") == true, "\(error?.message ?? "")")
                #expect(error?.message.contains("\"\(field)\" is missing") == true, "\(error?.message ?? "")")
            }
            #expect(simulator.ledger.calls.isEmpty)
        }
    }

    @Test("A batch runs from submission to results", arguments: ServiceCase.all)
    func aBatchGoesThrough(_ service: ServiceCase) async throws {
        let script = SimulatorScript {
            $0.apiKey = "az-secret-key"
            $0.answer = { request in
                switch (request.lineIndex ?? 0) % 5 {
                case 1: .httpError(status: 400, code: "bad_thing", message: "no such thing")
                case 2: .silent
                default: .success
                }
            }
        }
        try await ProviderSimulator.withRunning(service.kind, script) { simulator in
            let bench = try Workbench()
            let batch = try await service.run(5, on: simulator, bench: bench)
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.outcome == .succeeded && byID["r0"]?.text?.hasPrefix("Answer to ") == true)
            #expect(byID["r0"]?.usage.input == 14 && byID["r0"]?.usage.output == 5)
            #expect(byID["r1"]?.outcome == .errored && byID["r1"]?.error?.code == service.errorCode)
            #expect(byID["r2"]?.outcome == .missing)
            #expect(byID["r4"]?.outcome == .succeeded)
            #expect(try await batch.status() == .completed)
            #expect(try await batch.providerJobs().first?.state.expiresAt != nil)
            let accepted = try #require(simulator.ledger.acceptedJobs.first)
            #expect(simulator.ledger.acceptedJobs.count == 1)
            #expect(simulator.ledger.uploads.count == (service.uploads ? 1 : 0))
            #expect((accepted.customIDs.first == "r0") == service.sendsCustomIDs)
            #expect((accepted.metadata["llmbatch_token"] != nil) == service.hasToken)
        }
    }

    @Test("A job whose create response is lost is found again", arguments: ServiceCase.all)
    func aCreateWhoseAnswerIsLostIsFound(_ service: ServiceCase) async throws {
        for trouble in [Trouble.Kind.actThenDrop, .actThenRespond(status: 502)] {
            let script = SimulatorScript {
                $0.troubles = [Trouble(trouble, on: .createBatch)]
                $0.listLag = 1
            }
            try await ProviderSimulator.withRunning(service.kind, script) { simulator in
                let bench = try Workbench()
                let batch = try await service.run(3, on: simulator, bench: bench)
                #expect(try await batch.counts() == .of([.succeeded: 3]))
                #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.askedTwice.isEmpty)
            }
        }
    }

    @Test("A lost upload is found again", arguments: ServiceCase.all.filter(\.uploads))
    func aLostUploadIsFound(_ service: ServiceCase) async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.actThenDrop, on: .uploadFile)] }
        try await ProviderSimulator.withRunning(service.kind, script) { simulator in
            let bench = try Workbench()
            _ = try await service.run(3, on: simulator, bench: bench)
            #expect(simulator.ledger.uploads.count == 1 && simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Results from before an early end are kept", arguments: ServiceCase.all)
    func whatWasDoneBeforeAnEndIsKept(_ service: ServiceCase) async throws {
        for (word, outcome) in [("expired", Outcome.expired), ("cancelled", .cancelled)] {
            let script = SimulatorScript {
                $0.statuses = ["in_progress", word]
                $0.answeredBeforeEnd = 2
            }
            try await ProviderSimulator.withRunning(service.kind, script) { simulator in
                let bench = try Workbench()
                let batch = try await service.run(3, on: simulator, bench: bench)
                #expect(try await batch.counts() == .of([.succeeded: 2, outcome: 1]))
            }
        }
    }

    @Test("A running job is cancelled", arguments: ServiceCase.all.filter(\.cancels))
    func aJobIsCancelled(_ service: ServiceCase) async throws {
        try await ProviderSimulator.withRunning(service.kind, SimulatorScript { $0.holdAt = "in_progress" }) {
            simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                .requests([service.request("a")]), provider: try service.provider(simulator), storage: bench.storage)
            try await batch.start()
            try await batch.cancel()
            try await batch.wait()
            #expect(try await batch.counts() == .of([.cancelled: 1]))
            #expect(simulator.ledger.callCount(.cancelBatch) >= 1)
        }
    }

    @Test("A download that breaks off is resumed", arguments: ServiceCase.all)
    func anAnswerThatIsCutOffIsReadOn(_ service: ServiceCase) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.truncate(afterBytes: 900), on: service.download, calls: service.cut)]
        }
        try await ProviderSimulator.withRunning(service.kind, script) { simulator in
            let bench = try Workbench()
            let batch = try await service.run(20, on: simulator, bench: bench)
            #expect(try await batch.counts() == .of([.succeeded: 20]))
            #expect(simulator.ledger.callCount(service.download) == service.cut.upperBound + 1)
        }
    }

    @Test("A redirect never sends the key to another host", arguments: ServiceCase.all)
    func aRedirectCarriesNoKeyElsewhere(_ service: ServiceCase) async throws {
        try await ProviderSimulator.withRunning(service.kind) { other in
            for route in [SimulatorRoute.createBatch, .getBatch, service.download] {
                let script = SimulatorScript {
                    $0.troubles = [Trouble(.redirect(to: other.origin + "/v1/batches"), on: route, calls: 1...)]
                }
                try await ProviderSimulator.withRunning(service.kind, script) { simulator in
                    let bench = try Workbench()
                    await #expect(throws: (any Error).self) {
                        _ = try await service.run(1, on: simulator, bench: bench)
                    }
                    #expect(other.ledger.calls.isEmpty)
                }
            }
        }
    }

    @Test(
        "A full queue is waited out",
        arguments: ServiceCase.all.filter {
            !["together", "novita", "openrouter", "xai", "fireworks"].contains($0.name)
        })
    func aFullQueueIsWaitedOut(_ service: ServiceCase) async throws {
        try await ProviderSimulator.withRunning(service.kind, SimulatorScript { $0.tokenLimitedCreates = 2 }) {
            simulator in
            let bench = try Workbench()
            let batch = try await service.run(2, on: simulator, bench: bench)
            #expect(try await batch.counts() == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 3)
        }
    }

    @Test("A batch above the limits becomes several provider jobs", arguments: ServiceCase.all)
    func manyRequestsBecomeSeveralJobs(_ service: ServiceCase) async throws {
        try await ProviderSimulator.withRunning(service.kind) { simulator in
            let bench = try Workbench()
            let batch = try await service.run(5, on: simulator, options: ["requests-per-job": "2"], bench: bench)
            #expect(try await batch.counts() == .of([.succeeded: 5]))
            #expect(simulator.ledger.acceptedJobs.map(\.customIDs.count).sorted() == [1, 2, 2])
        }
    }
}
