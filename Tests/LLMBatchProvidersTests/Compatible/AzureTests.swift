import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// What only Azure OpenAI does.
@Suite("Azure OpenAI", .timeLimit(.minutes(2)))
struct AzureTests {
    private let service = ServiceCase.all[0]

    @Test("Both API surfaces are supported", arguments: [nil, "2024-10-21"]) func bothSurfacesAreSpoken(
        _ version: String?
    ) async throws {
        try await ProviderSimulator.withRunning(.azureOpenAI, SimulatorScript { $0.apiKey = "az-secret-key" }) {
            simulator in
            let bench = try Workbench()
            let options = version.map { ["api-version": $0] } ?? [:]
            _ = try await service.run(2, on: simulator, options: options, bench: bench)
            for call in simulator.ledger.calls {
                #expect(call.headers["api-key"] == "az-secret-key" && call.headers["authorization"] == nil)
                #expect(call.path.hasPrefix("/openai/v1/") == (version == nil))
                #expect(call.path.contains("api-version=2024-10-21") == (version != nil))
            }
        }
    }

    @Test(
        "Lines in the form of Azure's documentation are accepted, each with the URL of the job",
        arguments: [
            "/chat/completions", "/openai/deployments/gpt/chat/completions?api-version=2024-10-21",
        ]) func otherURLsAreTaken(_ url: String) async throws
    {
        try await ProviderSimulator.withRunning(.azureOpenAI, SimulatorScript { $0.apiKey = "az-secret-key" }) {
            simulator in
            let bench = try Workbench()
            let line =
                #"{"custom_id":"a","method":"POST","url":"\#(url)","body":{"model":"gpt",  "messages":[{"role":"user","content":"hi"}]}}"#
            try Data(line.utf8).write(to: URL(filePath: bench.path("in.jsonl")))
            let batch = try await Batch.create(
                .jsonl(bench.path("in.jsonl")), provider: try service.provider(simulator), storage: bench.storage)
            try await batch.wait()
            // The simulator refuses a line whose url is not that of the create call.
            #expect(try await batch.counts() == .of([.succeeded: 1]))
            #expect(try await batch.requests().all().map(\.request.line) == [Array(line.utf8)])
        }
    }

    @Test("Without a key nothing is sent")
    func withoutAKeyNothingIsSent() {
        let error = #expect(throws: LLMBatchError.self) {
            try Provider.azureOpenAI(
                endpoint: "https://nobody.openai.azure.com", apiKey: .environment("LLMBATCH_NO_SUCH_KEY"))
        }
        #expect(error?.code == .keyRefused)
    }

    @Test("A token is sent as a bearer token, and the next one belongs to the same account")
    func aTokenIsSentAsOneAndTheNextIsOfTheSameAccount() async throws {
        try await ProviderSimulator.withRunning(.azureOpenAI, SimulatorScript { $0.holdAt = "in_progress" }) {
            simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                .requests([service.request("a")]),
                provider: try service.provider(simulator, options: ["bearer": "true"]), storage: bench.storage)
            try await batch.start()
            #expect(simulator.ledger.calls.allSatisfy { $0.headers["authorization"] == "Bearer az-secret-key" })
            #expect(simulator.ledger.calls.allSatisfy { $0.headers["api-key"] == nil })
            simulator.updateScript { $0.holdAt = nil }
            let later = try Provider.azureOpenAI(
                endpoint: simulator.origin, apiKey: .value("the-next-token"),
                options: Workbench.hurry.merging(["bearer": "true"]) { own, _ in own })
            try await batch.using(later).wait()
            #expect(try await batch.counts() == .of([.succeeded: 1]))
        }
    }

    @Test("An uploaded file is used once it is processed")
    func aFileIsUsedOnceItIsProcessed() async throws {
        try await ProviderSimulator.withRunning(.azureOpenAI) { simulator in
            let bench = try Workbench()
            _ = try await service.run(1, on: simulator, bench: bench)
            #expect(simulator.ledger.callCount(.getFile) == 2)
            #expect(simulator.ledger.calls(.createBatch).map(\.status) == [200])
        }
    }

    @Test("A queue that is full at the create call is waited out")
    func aQueueThatIsFullAtTheCreateCallIsWaitedOut() async throws {
        let full = Trouble.Kind.respond(
            status: 400, body: #"{"error":{"code":"token_limit_exceeded","message":"no room"}}"#)
        // More often than a create call is tried otherwise.
        let script = SimulatorScript { $0.troubles = [Trouble(full, on: .createBatch, calls: 1...9)] }
        try await ProviderSimulator.withRunning(.azureOpenAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await service.run(1, on: simulator, bench: bench)
            #expect(try await batch.counts() == .of([.succeeded: 1]))
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.uploads.count == 1)
        }
    }

    @Test("Files expire after the given time")
    func filesExpireWhenTheyAreToldTo() async throws {
        try await ProviderSimulator.withRunning(.azureOpenAI) { simulator in
            let bench = try Workbench()
            _ = try await service.run(1, on: simulator, options: ["expires-after": "1209600"], bench: bench)
            #expect(simulator.ledger.uploads.first?.expiresAfterSeconds == 1_209_600)
            let create = try #require(simulator.ledger.calls(.createBatch).first?.body)
            let expiry = try JSONObject([UInt8](create)).object("output_expires_after")
            #expect(expiry?.integer("seconds") == 1_209_600 && expiry?.string("anchor") == "created_at")
        }
    }

    @Test("An expiry that no file can have is rejected at once", arguments: ["1209599", "2592001", "soon"])
    func aTimeThatNoFileMayHaveIsRefusedAtOnce(_ seconds: String) {
        let error = #expect(throws: LLMBatchError.self) {
            try Provider.azureOpenAI(
                endpoint: "https://r.openai.azure.com", apiKey: .value("k"), options: ["expires-after": seconds])
        }
        #expect(error?.code == .invalidConfiguration && error?.message.contains("1209600 to 2592000") == true)
    }

    @Test("An API surface that rejects the expiry fields gets the file without them", arguments: [true, false])
    func expiryIsNotKnown(namesTheField: Bool) async throws {
        let name = namesTheField ? "expires_after.seconds" : "file"
        let refusal = Trouble.Kind.apiError(status: 400, code: nil, message: "Unknown field: '\(name)'.")
        let script = SimulatorScript { $0.troubles = [Trouble(refusal, on: .uploadFile)] }
        try await ProviderSimulator.withRunning(.azureOpenAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await service.run(1, on: simulator, options: ["expires-after": "1209600"], bench: bench)
            #expect(try await batch.counts() == .of([namesTheField ? .succeeded : .errored: 1]))
            #expect(simulator.ledger.callCount(.uploadFile) == (namesTheField ? 2 : 1))
            let bodies = simulator.ledger.calls(.uploadFile).map { String(decoding: $0.body ?? Data(), as: UTF8.self) }
            #expect(bodies.map { $0.contains("expires_after") } == (namesTheField ? [true, false] : [true]))
        }
    }

    @Test("A rejection in Azure's format is reported")
    func aRefusalInAzuresFormIsTold() async throws {
        let kind = Trouble.Kind.respond(
            status: 404, body: #"{"error":{"code":"DeploymentNotFound","message":"no such deployment"}}"#)
        try await ProviderSimulator.withRunning(
            .azureOpenAI, SimulatorScript { $0.troubles = [Trouble(kind, on: .createBatch, calls: 1...)] }
        ) { simulator in
            let bench = try Workbench()
            let batch = try await service.run(1, on: simulator, bench: bench)
            let error = try await batch.results().all().first?.error
            #expect(error?.code == "DeploymentNotFound" && error?.message == "no such deployment")
        }
    }

    @Test("The resource must be named")
    func aResourceMustBeNamed() {
        guard ProcessInfo.processInfo.environment["AZURE_OPENAI_ENDPOINT"] == nil else { return }
        let error = #expect(throws: LLMBatchError.self) { try Provider.azureOpenAI(apiKey: .value("k")) }
        #expect(error?.code == .invalidConfiguration)
    }

    @Test(
        "The base URL must be that of an API surface",
        arguments: [
            ("https://r.openai.azure.com", nil, "https://r.openai.azure.com/openai/v1"),
            ("https://r.openai.azure.com/openai/v1/", nil, "https://r.openai.azure.com/openai/v1"),
            ("https://r.openai.azure.com/openai", "2024-10-21", "https://r.openai.azure.com/openai"),
            ("https://r.openai.azure.com/", "2024-10-21", "https://r.openai.azure.com/openai"),
        ]) func theAddressIsThatOfASurface(_ endpoint: String, _ version: String?, _ address: String) throws
    {
        let provider = try Provider.azureOpenAI(
            endpoint: endpoint, apiKey: .value("k"), options: version.map { ["api-version": $0] } ?? [:])
        #expect(provider.account.baseURL == address)
        // What is stored leads to the same surface.
        let again = try Provider.azureOpenAI(
            endpoint: provider.settings.baseURL, apiKey: .value("k"), options: provider.settings.options)
        #expect(again.account.baseURL == address)
    }
}
