import Foundation
import LLMBatch
import LLMBatchSimulator
import LLMBatchTesting
import Testing
import Workbench

/// Where access tokens come from, how long they serve, and what becomes of secrets.
@Suite("Google Cloud: credentials", .timeLimit(.minutes(2)))
struct GoogleCredentialTests {
    /// The counts of a batch that ran with these credentials.
    @discardableResult static func run(
        on simulator: ProviderSimulator, keySource: String? = VertexAITests.usual, environment: [String: String],
        bench: borrowing Workbench
    ) async throws -> Batch {
        let options = [
            "storage-url": simulator.origin, "bucket": "gs://test-bucket", "location": "us-central1",
            "project": "simulated-project",
        ]
        let settings = ProviderSettings(
            name: "vertex-ai", baseURL: simulator.origin, keySource: keySource,
            options: options.merging(Workbench.patient) { own, _ in own })
        let batch = try await Batch.create(
            Workbench.requests(2, model: VertexAITests.gemini),
            provider: try .vertexAI(settings, environment: environment), storage: bench.storage)
        try await batch.wait()
        let counts = try await batch.counts()
        #expect(counts == .of([.succeeded: 2]))
        return batch
    }

    /// Writes a file that its owner alone may read, unless others may too.
    static func write(_ data: Data, _ name: String, mode: Int = 0o600, bench: borrowing Workbench) throws -> String {
        let path = bench.path(name)
        try FileManager.default.createDirectory(
            at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
        try data.write(to: URL(filePath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
        return path
    }

    static let strict = SimulatorScript { $0.apiKey = "no token but its own is taken" }

    @Test("A service account signs an assertion to get tokens", arguments: ["variable", "file", "gcloud"])
    func aServiceAccountSignsForItsTokens(_ place: String) async throws {
        try await ProviderSimulator.withRunning(.vertexAI, Self.strict) { simulator in
            let bench = try Workbench()
            let file = try simulator.googleServiceAccount
            switch place {
            case "variable":
                let path = try Self.write(file, "key.json", mode: 0o644, bench: bench)
                try await Self.run(
                    on: simulator, environment: ["GOOGLE_APPLICATION_CREDENTIALS": path], bench: bench)
            case "file":
                let path = try Self.write(file, "key.json", bench: bench)
                try await Self.run(on: simulator, keySource: "file:\(path)", environment: [:], bench: bench)
            default:
                _ = try Self.write(file, "home/.config/gcloud/application_default_credentials.json", bench: bench)
                try await Self.run(on: simulator, environment: ["HOME": bench.path("home")], bench: bench)
            }
            #expect(simulator.ledger.callCount(.fetchToken) == 1)
        }
    }

    @Test("A user's refresh token gets tokens, with a quota project")
    func aPersonIsKnownByARefreshTokenAndPaysFromAProject() async throws {
        try await ProviderSimulator.withRunning(.vertexAI, Self.strict) { simulator in
            let bench = try Workbench()
            _ = try Self.write(simulator.googleUser, "application_default_credentials.json", bench: bench)
            let folder = bench.folder.path
            try await Self.run(on: simulator, environment: ["CLOUDSDK_CONFIG": folder], bench: bench)
            let calls = simulator.ledger.calls.filter { $0.route != .fetchToken && $0.route != .uploadFile }
            #expect(calls.allSatisfy { $0.headers["x-goog-user-project"] == "simulated-project" })
        }
    }

    @Test("The metadata server of Google Cloud gives tokens")
    func aMachineOfGoogleCloudGivesTokens() async throws {
        try await ProviderSimulator.withRunning(.vertexAI, Self.strict) { simulator in
            let bench = try Workbench()
            let host = String(simulator.origin.dropFirst("http://".count))
            try await Self.run(on: simulator, environment: ["GCE_METADATA_HOST": host], bench: bench)
            let call = try #require(simulator.ledger.calls(.fetchToken).first)
            #expect(call.headers["metadata-flavor"] == "Google" && call.headers["authorization"] == nil)
        }
    }

    @Test("A token in a variable is used unchanged")
    func aTokenInAVariableIsUsedAsItIs() async throws {
        try await ProviderSimulator.withRunning(.vertexAI) { simulator in
            let bench = try Workbench()
            // PATH is set everywhere, and no secret.
            try await Self.run(on: simulator, keySource: "env:PATH", environment: [:], bench: bench)
            #expect(simulator.ledger.callCount(.fetchToken) == 0)
        }
    }

    @Test("A rejected token is renewed")
    func aTokenThatIsRefusedIsRenewed() async throws {
        let script = SimulatorScript {
            $0.apiKey = "no token but its own is taken"
            $0.tokenUses = 1
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let path = try Self.write(try simulator.googleServiceAccount, "key.json", bench: bench)
            try await Self.run(on: simulator, environment: ["GOOGLE_APPLICATION_CREDENTIALS": path], bench: bench)
            #expect(simulator.ledger.acceptedJobs.count == 1 && simulator.ledger.uploads.count == 1)
            #expect(simulator.ledger.callCount(.fetchToken) > 3)
            #expect(simulator.ledger.calls(.createBatch).map(\.status) == [401, 200])
        }
    }

    @Test("A final rejection is reported without any part of the token")
    func whoIsRefusedForGoodIsToldSoAndNothingOfTheTokenIs() async throws {
        let script = SimulatorScript {
            $0.tokenUses = 0
            $0.echoesKey = true
        }
        try await ProviderSimulator.withRunning(.vertexAI, script) { simulator in
            let bench = try Workbench()
            let path = try Self.write(try simulator.googleServiceAccount, "key.json", bench: bench)
            let error = await #expect(throws: LLMBatchError.self) {
                try await Self.run(on: simulator, environment: ["GOOGLE_APPLICATION_CREDENTIALS": path], bench: bench)
            }
            #expect(error?.code == .keyRefused && error?.message.contains("[key]") == true)
            #expect(error?.message.contains("ya29") == false)
            #expect(simulator.ledger.calls(.beginUpload).count == 2, "a refused token is renewed once a call")
        }
    }

    @Test("A rejected assertion is not shown")
    func anAssertionThatIsRefusedIsNotShown() async throws {
        try await ProviderSimulator.withRunning(.vertexAI, SimulatorScript { $0.echoesKey = true }) { simulator in
            let bench = try Workbench()
            let file = String(decoding: try simulator.googleServiceAccount, as: UTF8.self)
            let other = file.replacing("tester@", with: "nobody@")
            let path = try Self.write(Data(other.utf8), "key.json", bench: bench)
            let error = await #expect(throws: LLMBatchError.self) {
                try await Self.run(on: simulator, environment: ["GOOGLE_APPLICATION_CREDENTIALS": path], bench: bench)
            }
            #expect(error?.code == .keyRefused)
            #expect(error?.message.contains("account not found [key] (HTTP 400, invalid_grant)") == true)
            #expect(simulator.ledger.calls.count == 1)
        }
    }

    @Test("An error for missing credentials names the places that were searched")
    func withoutCredentialsItIsSaidWhereTheyWereLookedFor() async throws {
        try await ProviderSimulator.withRunning(.vertexAI) { simulator in
            let bench = try Workbench()
            let error = await #expect(throws: LLMBatchError.self) {
                // Nobody listens at port 1.
                try await Self.run(on: simulator, environment: ["GCE_METADATA_HOST": "127.0.0.1:1"], bench: bench)
            }
            #expect(error?.code == .keyRefused)
            #expect(error?.message.contains("GOOGLE_APPLICATION_CREDENTIALS") == true)
            #expect(simulator.ledger.calls.isEmpty)
        }
    }

    @Test(
        "A file that does not contain credentials is refused",
        arguments: [
            (#"{"type":"external_account"}"#, "external_account"), (#"{"type":"service_account"}"#, "client_email"),
            (#"{"type":"service_account","client_email":"a@b","private_key":"SECRET-WORD"}"#, "private_key"),
            (#"{"type":"authorized_user","client_id":"a"}"#, "client_secret"), ("no JSON", "cannot be read"),
            (
                #"{"type":"authorized_user","client_id":"a","client_secret":"b","refresh_token":"c","token_uri":"http://example.com/token"}"#,
                "not secure"
            ),
        ])
    func aFileThatIsNoneIsRefused(_ text: String, _ reason: String) async throws {
        let bench = try Workbench()
        let path = try Self.write(Data(text.utf8), "key.json", bench: bench)
        let settings = ProviderSettings(
            name: "vertex-ai", keySource: VertexAITests.usual,
            options: ["bucket": "test-bucket", "location": "global", "project": "p"])
        let error = #expect(throws: LLMBatchError.self) {
            try Provider.vertexAI(settings, environment: ["GOOGLE_APPLICATION_CREDENTIALS": path])
        }
        #expect(error?.message.contains(reason) == true)
        #expect(error?.message.contains("SECRET") == false)
    }

    @Test("A credentials file that others can read is refused")
    func aNamedFileThatOthersMayReadIsRefused() throws {
        let bench = try Workbench()
        let path = try Self.write(Data("{}".utf8), "key.json", mode: 0o640, bench: bench)
        let error = #expect(throws: LLMBatchError.self) {
            try Provider.vertexAI(
                bucket: "test-bucket", project: "p", location: "global", credential: .file(path))
        }
        #expect(error?.code == .keyRefused && error?.remedy?.description == "chmod 600 \(path)")
    }

    @Test("No secret is stored")
    func nothingSecretIsStored() async throws {
        try await ProviderSimulator.withRunning(.vertexAI, Self.strict) { simulator in
            let bench = try Workbench()
            let path = try Self.write(try simulator.googleServiceAccount, "key.json", bench: bench)
            let batch = try await Self.run(
                on: simulator, environment: ["GOOGLE_APPLICATION_CREDENTIALS": path], bench: bench)
            try await batch.save(to: bench.storage)
            for suffix in ["", "-wal"] {
                let stored = try Data(contentsOf: URL(filePath: bench.path("batches.db" + suffix)))
                for secret in ["ya29.", "PRIVATE KEY", "upload_id="] {
                    #expect(stored.range(of: Data(secret.utf8)) == nil)
                }
            }
        }
    }

    @Test("Accounts are distinguished by project, location and service account")
    func accountsAreToldByProjectLocationAndServiceAccount() throws {
        func account(_ credential: GoogleCredentialSource, project: String = "p", location: String = "global") throws
            -> ProviderAccount
        {
            try Provider.vertexAI(
                bucket: "test-bucket", project: project, location: location, credential: credential
            ).account
        }
        let plain = try account(.accessToken("one"))
        #expect(try account(.accessToken("two")) == plain, "a token is renewed all the time")
        #expect(try account(.accessToken("one"), project: "q") != plain)
        #expect(try account(.accessToken("one"), location: "us") != plain)
        #expect(plain.project == "p" && plain.region == "global" && plain.keyFingerprint == nil)
    }

    @Test("A token from the environment is not stored")
    func aTokenAtHandIsNotStored() throws {
        let provider = try Provider.vertexAI(
            bucket: "test-bucket", project: "p", location: "global", credential: .accessToken("ya29.secret"))
        let settings = provider.settings
        #expect(!String(describing: settings).contains("ya29"))
        let error = #expect(throws: LLMBatchError.self) { try Provider.vertexAI(settings, environment: [:]) }
        #expect(error?.code == .keyRefused)
        #expect(throws: LLMBatchError.self) {
            try Provider.vertexAI(
                bucket: "test-bucket", project: "p", location: "global", credential: .accessToken("a\nb"))
        }
    }

    @Test("An imported batch gets no token of this machine")
    func aBatchFromElsewhereGetsNoTokenOfThisMachine() async throws {
        try await ProviderSimulator.withRunning(.vertexAI) { simulator in
            let bench = try Workbench()
            let path = try Self.write(try simulator.googleServiceAccount, "key.json", bench: bench)
            let error = await #expect(throws: LLMBatchError.self) {
                // What an imported batch says of its provider: addresses, but not where a key comes from.
                try await Self.run(
                    on: simulator, keySource: nil, environment: ["GOOGLE_APPLICATION_CREDENTIALS": path], bench: bench)
            }
            #expect(error?.code == .keyRefused)
            #expect(error?.remedy?.description.contains("GOOGLE_APPLICATION_CREDENTIALS") == true)
            #expect(simulator.ledger.calls.isEmpty)
        }
    }
}
