import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

@Suite("Bedrock", .timeLimit(.minutes(2)))
struct BedrockTests {
    static let claude = "anthropic.claude-3-haiku-20240307-v1:0"
    static let role = "arn:aws:iam::123456789012:role/BatchRole"
    static let account = SimulatedAWS { $0.keys = [.init(id: "AKIATEST", secret: "bedrock-secret")] }

    static func provider(_ simulator: ProviderSimulator, options: [String: String] = [:]) throws -> Provider {
        let usual = ["s3-endpoint": simulator.origin, "iam-endpoint": simulator.origin, "minimum-requests": "1"]
        return try .bedrock(
            bucket: options["bucket"] ?? "batches", role: options["role"] ?? role,
            region: options["region"] ?? "us-east-1", baseURL: simulator.origin,
            keys: .keys(accessKeyID: "AKIATEST", secretAccessKey: "bedrock-secret"),
            options: Workbench.hurry.merging(usual) { $1 }.merging(options) { _, given in given })
    }

    static func run(
        _ count: Int, on simulator: ProviderSimulator, model: String = claude, options: [String: String] = [:],
        bench: borrowing Workbench
    ) async throws -> Batch {
        let batch = try await Batch.create(
            Workbench.requests(count, model: model), provider: try provider(simulator, options: options),
            storage: bench.storage)
        try await batch.wait()
        return batch
    }

    @Test("A batch runs from submission to results")
    func aBatchGoesThrough() async throws {
        let script = SimulatorScript {
            $0.answer = { request in
                switch request.customID {
                case "r1": .httpError(status: 400, code: nil, message: "no such thing")
                case "r2": .silent
                case "r3": .body(status: 200, text: #"{"type":"message"}"#)
                default: .success
                }
            }
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(5, on: simulator, bench: bench)
            let results = try await batch.results().all()
            let byID = Dictionary(uniqueKeysWithValues: results.map { ($0.customID.rawValue, $0) })
            #expect(byID["r0"]?.outcome == .succeeded && byID["r0"]?.text == "Answer to r0")
            #expect(byID["r0"]?.usage.input == 14 && byID["r0"]?.usage.output == 5)
            #expect(byID["r1"]?.outcome == .errored && byID["r1"]?.error?.code == "http_400")
            #expect(byID["r1"]?.statusCode == 400 && byID["r1"]?.error?.message == "no such thing")
            #expect(byID["r2"]?.outcome == .missing)
            #expect(byID["r3"]?.outcome == .errored)
            #expect(byID["r4"]?.outcome == .succeeded)
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.uploads.count == 1)
            let job = try #require(try await batch.providerJobs().first)
            #expect(job.state.reported == .init(total: 5, completed: 3, failed: 1))
            let line = try #require(byID["r0"]?.nativeLine.flatMap { try? JSONObject($0) })
            #expect(line.string("recordId") == "r0" && line.object("modelInput") != nil)
        }
    }

    @Test(
        "A job whose create response is lost is found by its token",
        arguments: [Trouble.Kind.actThenDrop, .actThenRespond(status: 502), .actThenRespond(status: 200, body: "{")])
    func aCreateWhoseAnswerIsLostIsFoundByItsToken(_ trouble: Trouble.Kind) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(trouble, on: .createBatch)]
            $0.listLag = 1
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.askedTwice.isEmpty)
        }
    }

    @Test("A lost upload is found by its key")
    func aLostUploadIsFoundByItsKey() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.actThenDrop, on: .uploadFile)] }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            _ = try await Self.run(3, on: simulator, bench: bench)
            #expect(simulator.ledger.uploads.count == 1 && simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("A list that never stops paging is abandoned")
    func aListThatPagesForEverEnds() async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.actThenDrop, on: .createBatch)]
            $0.repeatPage = true
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 3]))
            #expect(simulator.ledger.acceptedJobs.count == 1)
        }
    }

    @Test("Records that ran out of time are expired")
    func whatTimeDidNotSufficeForIsExpired() async throws {
        for answered in [0, 2] {
            let script = SimulatorScript {
                $0.statuses = ["in_progress", "expired"]
                $0.answeredBeforeEnd = answered
            }
            try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
                let bench = try Workbench()
                let batch = try await Self.run(3, on: simulator, bench: bench)
                let counts = try await batch.counts()
                let word = try await batch.providerJobs().first?.state.rawStatus
                #expect(word == (answered == 0 ? "Expired" : "PartiallyCompleted"))
                #expect(counts == (answered == 0 ? .of([.expired: 3]) : .of([.succeeded: 2, .expired: 1])))
            }
        }
    }

    @Test("An unreadable manifest does not mean that nothing was written")
    func aManifestInTroubleIsLookedAtAgain() async throws {
        let script = SimulatorScript {
            $0.statuses = ["in_progress", "expired"]
            $0.answeredBeforeEnd = 2
            $0.troubles = [
                Trouble(.respond(status: 404, body: "<Error><Code>NoSuchKey</Code></Error>"), on: .fileContent),
                Trouble(
                    .respond(status: 403, body: "<Error><Code>AccessDenied</Code></Error>"), on: .fileContent,
                    calls: 2...2),
            ]
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                Workbench.requests(3, model: Self.claude), provider: try Self.provider(simulator),
                storage: bench.storage)
            let error = await #expect(throws: LLMBatchError.self) { try await batch.wait() }
            #expect(error?.message.contains("AccessDenied") == true, "\(String(describing: error))")
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2, .expired: 1]))
        }
    }

    @Test("A result that repeats a long request is read")
    func aLongRequest() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Self.account)) { simulator in
            let bench = try Workbench()
            let text = String(repeating: "x", count: 17 << 20)
            let requests = ["r0": "short", "r1": text].sorted { $0.key < $1.key }.map { id, text in
                BatchRequest(
                    customID: CustomID(id), endpoint: .chatCompletions,
                    body: [
                        "model": .string(Self.claude), "messages": [["role": "user", "content": .string(text)]],
                    ])
            }
            let provider = try Self.provider(simulator, options: ["timeout": "60"])
            let batch = try await Batch.create(.requests(requests), provider: provider, storage: bench.storage)
            try await batch.wait()
            let results = try await batch.results().all()
            #expect(results.map(\.text) == ["Answer to r0", "Answer to r1"])
            #expect(results.last?.nativeLine.map { $0.count > 17 << 20 } == true)
        }
    }

    @Test("Results from before a stop are kept")
    func whatWasDoneBeforeAStopIsKept() async throws {
        let script = SimulatorScript {
            $0.holdAt = "in_progress"
            $0.answeredBeforeEnd = 1
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Batch.create(
                Workbench.requests(3, model: Self.claude), provider: try Self.provider(simulator),
                storage: bench.storage)
            try await batch.start()
            try await batch.cancel()
            try await batch.wait()
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 1, .cancelled: 2]))
            #expect(simulator.ledger.callCount(.cancelBatch) >= 1)
        }
    }

    @Test("A failed job gives the reason")
    func aJobThatFailsSaysWhy() async throws {
        let account = SimulatedAWS {
            $0.keys = Self.account.keys
            $0.minimumRecords = 100
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(3, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.errored: 3]))
            let failure = try await batch.providerJobs().first?.state.failure
            #expect(failure?.message == "The number of records (3) is less than the minimum of 100.")
        }
    }

    @Test("A full queue is waited out")
    func aFullQueueIsWaitedOut() async throws {
        let script = SimulatorScript { $0.tokenLimitedCreates = 7 }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 2]))
            #expect(simulator.ledger.callCount(.createBatch) == 8 && simulator.ledger.uploads.count == 1)
        }
    }

    @Test(
        "A redirect never sends the key to another host",
        arguments: [SimulatorRoute.createBatch, .uploadFile, .checkAccount])
    func aRedirectCarriesNoKeyElsewhere(_ route: SimulatorRoute) async throws {
        try await ProviderSimulator.withRunning(.bedrock) { other in
            let script = SimulatorScript {
                $0.troubles = [Trouble(.redirect(to: other.origin + "/batches/x"), on: route, calls: 1...)]
            }
            try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
                let bench = try Workbench()
                await #expect(throws: (any Error).self) { _ = try await Self.run(1, on: simulator, bench: bench) }
                #expect(other.ledger.calls.isEmpty)
            }
        }
    }

    @Test("A download that breaks off is resumed")
    func anAnswerThatIsCutOffIsReadOn() async throws {
        let script = SimulatorScript { $0.troubles = [Trouble(.truncate(afterBytes: 900), on: .fileContent)] }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(20, on: simulator, bench: bench)
            let counts = try await batch.counts()
            #expect(counts == .of([.succeeded: 20]))
            #expect(simulator.ledger.callCount(.fileContent) == 2)
            #expect(simulator.ledger.calls(.fileContent).last?.headers["range"]?.hasPrefix("bytes=") == true)
        }
    }

    @Test("Custom ids that the service might reject are replaced")
    func idsThatTheServiceMayRefuseAreReplaced() async throws {
        try await ProviderSimulator.withRunning(.bedrock(Self.account)) { simulator in
            let bench = try Workbench()
            let ids = ["plain1", "with-dash", "é", String(repeating: "x", count: 65)]
            let requests = ids.map {
                BatchRequest(
                    customID: CustomID($0), endpoint: .chatCompletions,
                    body: ["model": .string(Self.claude), "messages": [["role": "user", "content": "x"]]])
            }
            let batch = try await Batch.create(
                .requests(requests), provider: try Self.provider(simulator), storage: bench.storage)
            try await batch.wait()
            let results = try await batch.results().all()
            #expect(results.map(\.customID.rawValue) == ids && results.allSatisfy { $0.outcome == .succeeded })
            let sent = try #require(simulator.ledger.acceptedJobs.first?.customIDs)
            #expect(sent == ["plain1", "llmb00000001", "llmb00000002", "llmb00000003"])
        }
    }

    @Test("An imported address gets no keys of this machine", arguments: ["base-url", "s3-endpoint", "iam-endpoint"])
    func anAddressFromElsewhereGetsNoKeysOfThisMachine(_ place: String) throws {
        var settings = ProviderSettings(
            name: "bedrock", options: ["region": "us-east-1", "bucket": "batches", "role": Self.role])
        if place == "base-url" {
            settings.baseURL = "https://stranger.example"
        } else {
            settings.options[place] = "https://stranger.example"
        }
        let error = #expect(throws: LLMBatchError.self) { _ = try ProviderCatalog.standard.provider(settings) }
        #expect(error?.code == .keyRefused)
        settings.keySource = "env:AWS_SECRET_ACCESS_KEY"
        _ = try ProviderCatalog.standard.provider(settings)
    }

    @Test("No secret is stored or shown")
    func noSecretIsStoredOrShown() async throws {
        let script = SimulatorScript {
            $0.echoesKey = true
            $0.answer = { _ in .text("your secret is bedrock-secret") }
        }
        try await ProviderSimulator.withRunning(.bedrock(Self.account), script) { simulator in
            let bench = try Workbench()
            let batch = try await Self.run(2, on: simulator, bench: bench)
            let text = try await batch.results().all().first?.text
            #expect(text == "your secret is [key]")
            for name in try FileManager.default.contentsOfDirectory(atPath: bench.folder.path) {
                let bytes = try Data(contentsOf: bench.folder.appending(path: name))
                #expect(bytes.range(of: Data("bedrock-secret".utf8)) == nil, "\(name)")
            }
        }
    }
}
