import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Vertex AI", .timeLimit(.minutes(2)))
struct VertexAITests {
    static let gemini = "gemini-2.5-flash"
    static let claude = "claude-sonnet-4-5"
    /// The usual places for credentials.
    static let usual = "env:GOOGLE_APPLICATION_CREDENTIALS"

    /// A provider whose credentials are a service account's, unless others are named.
    static func provider(
        _ simulator: ProviderSimulator, bench: borrowing Workbench, options: [String: String] = [:],
        environment: [String: String]? = nil
    ) throws -> Provider {
        let path = bench.path("credentials.json")
        try simulator.googleServiceAccount.write(to: URL(filePath: path))
        var own = ["storage-url": simulator.origin, "bucket": "gs://test-bucket/in", "location": "us-central1"]
        own.merge(Workbench.patient) { _, given in given }
        return try .vertexAI(
            ProviderSettings(
                name: "vertex-ai", baseURL: simulator.origin, keySource: usual,
                options: own.merging(options) { _, given in given }),
            environment: environment ?? ["GOOGLE_APPLICATION_CREDENTIALS": path])
    }

    static func run(
        _ count: Int, model: String = gemini, on simulator: ProviderSimulator, options: [String: String] = [:],
        bench: borrowing Workbench
    ) async throws -> Batch {
        let batch = try await Batch.create(
            Workbench.requests(count, model: model), provider: try provider(simulator, bench: bench, options: options),
            storage: bench.storage)
        try await batch.wait()
        return batch
    }

    @Test("A batch runs for both publishers", arguments: [gemini, claude])
    func aBatchGoesThroughForBothPublishers(_ model: String) async throws {
        let script = SimulatorScript {
            $0.apiKey = "no token but its own is taken"
            $0.resultShards = 2
            $0.answer = { request in
                switch request.customID {
                case "r1": .httpError(status: 400, code: nil, message: "no such thing")
                case "r2": .silent
                default: .reply(SimulatedReply(text: "Answer to \(request.customID)", inputTokens: 7, outputTokens: 3))
                }
            }
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(5, model: model, on: simulator, bench: bench)
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.outcome == .succeeded && byID["r0"]?.text == "Answer to r0")
            #expect(byID["r0"]?.usage.input == 7 && byID["r0"]?.usage.output == 3)
            #expect(byID["r0"]?.finishReason == "stop")
            #expect(byID["r1"]?.outcome == .errored && byID["r1"]?.error?.code == "INVALID_ARGUMENT")
            #expect(byID["r1"]?.error?.message == "no such thing")
            #expect(byID["r2"]?.outcome == .missing)
            #expect(byID["r4"]?.outcome == .succeeded)
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.uploads.count == 1)
            #expect(simulator.ledger.callCount(.fetchToken) == 1, "one token serves them all")
            #expect(simulator.ledger.callCount(.fileContent) == 2)
        }
    }

    @Test("Custom ids that are not valid labels are mapped back")
    func customIDsThatAreNoLabelsComeBack() async throws {
        try await ProviderSimulator.withRunning(.vertexAI) { simulator in
            let bench = try Workbench()
            let ids = ["Upper/Case", "zürich", "fine-1", "llmb00000001", String(repeating: "x", count: 64)]
            let requests = ids.map {
                BatchRequest(
                    customID: CustomID($0), endpoint: .chatCompletions,
                    body: ["model": .string(Self.gemini), "messages": [["role": "user", "content": "x"]]])
            }
            let batch = try await Batch.create(
                .requests(requests), provider: try Self.provider(simulator, bench: bench), storage: bench.storage)
            try await batch.wait()
            let results = try await batch.results(.successful).all()
            #expect(Set(results.map(\.customID.rawValue)) == Set(ids))
        }
    }

    @Test(
        "A job whose create response is lost is found by its label",
        arguments: [Trouble.Kind.actThenDrop, .actThenRespond(status: 502)])
    func aCreateWhoseAnswerIsLostIsFoundByItsLabel(_ trouble: Trouble.Kind) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(trouble, on: .createBatch)]
            $0.listLag = 1
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.askedTwice.isEmpty)
            #expect(
                simulator.ledger.calls(.listBatches).allSatisfy { $0.path.contains("filter=labels.llmbatch_token") })
        }
    }

    @Test("An upload that breaks off resumes at the bucket's offset", arguments: [1, 100, 100_000])
    func anUploadThatBreaksOffGoesOnWhereTheBucketStands(_ kept: Int) async throws {
        try await ProviderSimulator.withRunning(.vertexAI, SimulatorScript { $0.uploadBreaksAfter = kept }) {
            simulator in
            let bench = try Workbench()
            let batch = try await Self.run(5, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 5]))
            let upload = try #require(simulator.ledger.uploads.first)
            #expect(simulator.ledger.uploads.count == 1 && simulator.ledger.callCount(.beginUpload) == 1)
            let sizes = simulator.ledger.calls(.uploadFile).map(\.bodySize)
            #expect(upload.sha256 == simulator.ledger.calls(.uploadFile).first?.bodySHA256)
            #expect(sizes == (kept < upload.size ? [upload.size, 0, upload.size - kept] : [upload.size, 0]))
            let sent = simulator.ledger.calls(.uploadFile).map { $0.headers["authorization"] }
            #expect(sent.allSatisfy { $0 == nil }, "an upload's address is its own permission")
        }
    }

    @Test("A lost upload is found by its name")
    func aLostUploadIsFoundByItsName() async throws {
        let script = SimulatorScript {
            $0.troubles = [
                Trouble(.actThenDrop, on: .uploadFile), Trouble(.respond(status: 400), on: .uploadFile, calls: 2...9),
            ]
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 3]))
            #expect(simulator.ledger.uploads.count == 1 && simulator.ledger.acceptedJobs.count == 1)
            #expect(simulator.ledger.callCount(.getFile) > 0)
        }
    }

    @Test(
        "Answers from before an early end are kept",
        arguments: [("expired", Outcome.expired), ("cancelled", .cancelled)])
    func whatWasAnsweredBeforeAnEarlyEndIsKept(_ status: String, _ outcome: Outcome) async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", status]
            $0.answeredBeforeEnd = 2
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2, outcome: 1]))
        }
    }

    @Test("A job with an unknown status is still running")
    func aWordThatIsNotKnownIsARunningJob() async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", "JOB_STATE_PAUSED", "JOB_STATE_NEW", "completed"]
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
        }
    }

    @Test("A partially succeeded job has ended")
    func aJobThatSucceededInPartHasEnded() async throws {
        let body =
            #"{"name":"projects/1/locations/us-central1/batchPredictionJobs/2","state":"JOB_STATE_PARTIALLY_SUCCEEDED"}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 200, body: body), on: .getBatch, calls: 1...)]
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.missing: 2]))
        }
    }

    @Test("A running job is cancelled")
    func aRunningJobIsCancelled() async throws {
        let script = SimulatorScript {
            $0.holdAt = "in_progress"
            $0.answeredBeforeEnd = 1
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                Workbench.requests(3, model: Self.gemini), provider: try Self.provider(simulator, bench: bench),
                storage: bench.storage)
            try await batch.start()
            try await batch.cancel()
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 1, .cancelled: 2]))
        }
    }

    @Test("A full queue is waited out")
    func aFullQueueIsWaitedOut() async throws {
        try await ProviderSimulator.withRunning(.vertexAI, SimulatorScript { $0.tokenLimitedCreates = 2 }) {
            simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.acceptedJobs.count == 3)
        }
    }

    /// More tries than are made for other refusals.
    @Test("A job rejected because of a full queue is submitted later")
    func roomIsWaitedForWhereJobsAreRefused() async throws {
        let full = #"{"error":{"code":429,"message":"Too many jobs.","status":"RESOURCE_EXHAUSTED"}}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 429, body: full), on: .createBatch, calls: 1...8)]
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, model: Self.claude, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.callCount(.createBatch) == 9 && simulator.ledger.uploads.count == 1)
        }
    }

    @Test("Only a job without answers is run again when the queue has space", arguments: [("1", 1), ("0", 2)])
    func onlyAJobThatAnsweredNothingIsRunAgainWhenThereIsRoom(_ answered: String, _ jobs: Int) async throws {
        let body =
            #"{"name":"projects/1/locations/us-central1/batchPredictionJobs/2","state":"JOB_STATE_FAILED","#
            + #""error":{"code":8,"message":"quota"},"completionStats":{"successfulCount":"\#(answered)"}}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 200, body: body), on: .getBatch)]
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            _ = try await Self.run(2, on: simulator, bench: bench)
            #expect(simulator.ledger.acceptedJobs.count == jobs)
        }
    }

    @Test(
        "Only an unknown model is reported as unknown",
        arguments: [
            ("Publisher Model `projects/p/locations/l/publishers/google/models/gemini-2.5-flash` was not found.", true),
            ("No such object: gs://acme-models/gemini-2.5-flash/input.jsonl", false),
            ("The specified bucket acme-models does not exist.", false),
        ])
    func onlyAnUnknownModelIsSaidToBeOne(_ message: String, _ isModel: Bool) async throws {
        let body = #"{"error":{"code":404,"message":"\#(message)","status":"NOT_FOUND"}}"#
        let script = SimulatorScript {
            $0.troubles = [SimulatorRoute.createBatch, .getBatch].map {
                Trouble(.respond(status: 404, body: body), on: $0, calls: 1...)
            }
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let made = try Self.provider(simulator, bench: bench, options: ["bucket": "gs://acme-models"])
            guard case .batch(let provider) = made.kind else { return }
            let input = CloudStorageTests.input(1, token: "t", model: Self.gemini)
            let submission = ProviderJobSubmission(
                input: input, inputFileID: "gs://acme-models/in.jsonl", intendedAt: Date(timeIntervalSince1970: 0))
            let create = await #expect(throws: ProviderError.self) { try await provider.create(submission) }
            #expect(create?.kind == (isModel ? .modelNotFound : .notFound))
            let poll = await #expect(throws: ProviderError.self) { try await provider.job("1") }
            #expect(poll?.kind == .notFound)
            let upload = try await provider.findUpload(token: "t", digest: input.digest)
            #expect(upload == nil, "there is none in a bucket named like a model")
        }
    }

    @Test("A download that breaks off is resumed in the same shard")
    func anAnswerThatIsCutOffIsReadOnInTheShardWhereItBroke() async throws {
        let script = SimulatorScript {
            $0.resultShards = 3
            $0.longestPage = 2
            $0.troubles = [Trouble(.truncate(afterBytes: 1500), on: .fileContent, calls: 2...2)]
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(20, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 20]))
            let calls = simulator.ledger.calls(.fileContent)
            #expect(calls.count == 4)
            #expect(calls.map { $0.headers["range"] != nil } == [false, false, true, false])
        }
    }

    @Test("Requests of two models become two provider jobs")
    func requestsOfTwoModelsBecomeTwoJobs() async throws {
        try await ProviderSimulator.withRunning(.vertexAI) { simulator in
            let bench = try Workbench()
            let requests = [Self.gemini, Self.claude, Self.claude].enumerated().map { index, model in
                BatchRequest(
                    customID: CustomID("r\(index)"), endpoint: .chatCompletions,
                    body: ["model": .string(model), "messages": [["role": "user", "content": "x"]]])
            }
            let batch = try await Batch.create(
                .requests(requests), provider: try Self.provider(simulator, bench: bench), storage: bench.storage)
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 2)
        }
    }

    @Test("A redirect never sends the token to another host")
    func aRedirectCarriesNoTokenElsewhere() async throws {
        for route in [SimulatorRoute.createBatch, .beginUpload] {
            try await ProviderSimulator.withRunning(.vertexAI) { other in
                let script = SimulatorScript {
                    $0.troubles = [Trouble(.redirect(to: other.origin + "/x"), on: route, calls: 1...)]
                }
                try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
                    let bench = try Workbench()
                    await #expect(throws: LLMBatchError.self) { _ = try await Self.run(1, on: simulator, bench: bench) }
                    #expect(other.ledger.calls.isEmpty)
                }
            }
        }
    }

    @Test("A missing bucket is reported")
    func aBucketThatIsNotThereIsSaid() async throws {
        try await ProviderSimulator.withRunning(.vertexAI) { simulator in
            let bench = try Workbench()
            let error = await #expect(throws: LLMBatchError.self) {
                _ = try await Self.run(1, on: simulator, options: ["bucket": "no-such-bucket"], bench: bench)
            }
            #expect(error?.message.contains("The specified bucket does not exist") == true)
            #expect(simulator.ledger.acceptedJobs.isEmpty)
        }
    }

    @Test("The tool finds its credentials again in another process")
    func theToolFindsItsCredentialsAgainInAnotherProcess() async throws {
        try await ProviderSimulator.withRunning(.vertexAI, SimulatorScript { $0.apiKey = "not this one" }) {
            simulator in
            let bench = try Workbench()
            try simulator.googleServiceAccount.write(to: URL(filePath: bench.path("key.json")))
            var tool = Tool(folder: bench.folder)
            tool.environment["GOOGLE_APPLICATION_CREDENTIALS"] = bench.path("key.json")
            let own = [
                "storage-url": simulator.origin, "bucket": "test-bucket", "location": "us-central1", "timeout": "20",
            ]
            let options = own.merging(Workbench.hurry) { own, _ in own }
                .sorted { $0.key < $1.key }.flatMap { ["--option", "\($0.key)=\($0.value)"] }
            let submitted = try await tool.start(
                [
                    "submit", try bench.file(count: 3), "--name", "b", "--provider", "vertex-ai", "--base-url",
                    simulator.origin, "--model", Self.gemini,
                ] + options, input: nil
            ).ended()
            try #require(submitted.code == 0, "\(submitted.errors)")
            let ended = try await tool.run("watch", "b", "--json")
            try #require(ended.code == 0, "\(ended.errors)")
            let results = try await tool.run("results", "b", "--jsonl")
            #expect(results.output.split(separator: "\n").count == 3)
            #expect(simulator.ledger.acceptedJobs.count == 1)
            let status = try await tool.run("status", "b", "--local", "--json")
            #expect(status.output.contains("env:GOOGLE_APPLICATION_CREDENTIALS"))
        }
    }
}
