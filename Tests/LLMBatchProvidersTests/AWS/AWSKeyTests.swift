import Foundation
import LLMBatch
import LLMBatchProviders
import LLMBatchSimulator
import LLMBatchTesting
import Synchronization
import Testing
import Workbench

/// Keys are found where the tools of AWS look, over real HTTP where they are lent.
@Suite("AWS: credentials", .timeLimit(.minutes(1)))
struct AWSKeyTests {
    static let lent = [
        SimulatedAWS.Keys(id: "ASIA1", secret: "lent-secret-1", token: "lent-token-1"),
        SimulatedAWS.Keys(id: "ASIA2", secret: "lent-secret-2", token: "lent-token-2"),
    ]

    /// Without what a machine that runs the tests may have.
    static func chain(
        _ variables: [String: String], source: AWSCredentialSource = .standard,
        now: @escaping @Sendable () -> Date = { Date() }
    ) -> AWSCredentialChain {
        let nothing = [
            "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": "/nowhere",
            "AWS_SHARED_CREDENTIALS_FILE": "/nowhere",
        ]
        return AWSCredentialChain(
            source, region: "us-east-1", environment: AWSEnvironment(nothing.merging(variables) { _, own in own }),
            now: now
        )
    }

    static func expect(
        _ chain: AWSCredentialChain, _ id: String, sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let keys = try await chain.keys()
        #expect(keys.accessKeyID == id, sourceLocation: sourceLocation)
    }

    /// The shared files of a test.
    static func files(_ bench: borrowing Workbench, config: String, credentials: String = "") throws -> [String: String]
    {
        try Data(config.utf8).write(to: URL(filePath: bench.path("config")))
        try Data(credentials.utf8).write(to: URL(filePath: bench.path("credentials")))
        return ["AWS_CONFIG_FILE": bench.path("config"), "AWS_SHARED_CREDENTIALS_FILE": bench.path("credentials")]
    }

    @Test("Keys are read from the environment")
    func fromTheEnvironment() async throws {
        let chain = Self.chain([
            "AWS_ACCESS_KEY_ID": "AKIA1", "AWS_SECRET_ACCESS_KEY": "s3cret-value", "AWS_SESSION_TOKEN": "t0ken-value",
            "AWS_PROFILE": "other",
        ])
        let keys = try await chain.keys()
        #expect(
            keys == AWSKeys(accessKeyID: "AKIA1", secretAccessKey: "s3cret-value", sessionToken: "t0ken-value"))
    }

    @Test("Half a key pair is a clear error")
    func halfAKeyIsAClearError() async throws {
        let error = await #expect(throws: ProviderError.self) {
            _ = try await Self.chain(["AWS_ACCESS_KEY_ID": "AKIA1"]).keys()
        }
        #expect(error?.message == "AWS_ACCESS_KEY_ID is set and AWS_SECRET_ACCESS_KEY is not")
    }

    @Test("An error for missing keys names the places that were searched")
    func noKeysNameThePlaces() async throws {
        let error = await #expect(throws: ProviderError.self) { _ = try await Self.chain([:]).keys() }
        #expect(error?.kind == .authentication)
        for place in ["AWS_ACCESS_KEY_ID", "AWS_WEB_IDENTITY_TOKEN_FILE", "profile default", "container", "instance"] {
            #expect(error?.message.contains(place) == true, "\(place)")
        }
    }

    static let config = """
        # a comment
        [default]
        region = eu-west-1
        [profile work]
        aws_access_key_id = AKIACONFIG
        aws_secret_access_key=config-secret ; a remark
        s3 =
          aws_access_key_id = NESTED
        [work]
        aws_access_key_id = NOTAPROFILE
        [profile both]
        aws_access_key_id = AKIACONFIG
        aws_secret_access_key = config-secret
        [profile sso]
        sso_session = x
        [profile circle]
        role_arn = arn:aws:iam::123456789012:role/R
        source_profile = around
        [profile around]
        role_arn = arn:aws:iam::123456789012:role/R
        source_profile = circle
        """
    static let credentials = """
        [default]
        aws_access_key_id = AKIADEFAULT
        aws_secret_access_key = default-secret
        [both]
        aws_access_key_id = AKIACRED
        aws_secret_access_key = cred-secret
        aws_session_token = cred-token
        """

    @Test(
        "Keys are read from the shared config and credentials files",
        arguments: [
            ("default", "AKIADEFAULT"), ("work", "AKIACONFIG"), ("both", "AKIACRED"),
        ])
    func fromTheSharedFiles(_ profile: String, _ id: String) async throws {
        let bench = try Workbench()
        let files = try Self.files(bench, config: Self.config, credentials: Self.credentials)
        let named = Self.chain(files, source: .profile(profile))
        try await Self.expect(named, id)
        let meant = Self.chain(files.merging(["AWS_PROFILE": profile]) { $1 })
        try await Self.expect(meant, id)
    }

    @Test(
        "A profile without keys gives the reason",
        arguments: [
            ("none", "profile \"none\""), ("sso", "aws configure export-credentials --profile sso"),
            ("circle", "loops"),
        ])
    func aProfileThatGivesNoneSaysWhy(_ profile: String, _ reason: String) async throws {
        let bench = try Workbench()
        let files = try Self.files(bench, config: Self.config, credentials: Self.credentials)
        let error = await #expect(throws: ProviderError.self) {
            _ = try await Self.chain(files, source: .profile(profile)).keys()
        }
        #expect(error?.message.contains(reason) == true, "\(error?.message ?? "")")
    }

    @Test("A role is assumed with a profile's keys")
    func aRoleIsTakenOnWithAProfilesKeys() async throws {
        let account = SimulatedAWS {
            $0.keys = [.init(id: "AKIABASE", secret: "base-secret")]
            $0.lentKeys = Self.lent
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let bench = try Workbench()
            let config = """
                [profile base]
                aws_access_key_id = AKIABASE
                aws_secret_access_key = base-secret
                [profile app]
                role_arn = arn:aws:iam::123456789012:role/App
                source_profile = base
                external_id = x/1
                """
            let files = try Self.files(bench, config: config)
            let chain = Self.chain(
                files.merging(["AWS_ENDPOINT_URL_STS": simulator.origin]) { $1 }, source: .profile("app"))
            try await Self.expect(chain, "ASIA1")
            let call = try #require(simulator.ledger.calls.first)
            #expect(call.headers["authorization"]?.contains("Credential=AKIABASE/") == true)
            #expect(call.body.map { String(decoding: $0, as: UTF8.self) }?.contains("ExternalId=x%2F1") == true)
        }
    }

    @Test("A web identity token is read from its file for each call")
    func aWebIdentityIsReadAfreshEachTime() async throws {
        let account = SimulatedAWS {
            $0.lentKeys = Self.lent
            $0.webIdentity = "jwt-2"
            $0.keys = [.init(id: "AKIANOBODY", secret: "nobody")]
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let bench = try Workbench()
            let token = bench.path("token")
            try Data("jwt-1\n".utf8).write(to: URL(filePath: token))
            let chain = Self.chain([
                "AWS_WEB_IDENTITY_TOKEN_FILE": token, "AWS_ROLE_ARN": "arn:aws:iam::123456789012:role/App",
                "AWS_ENDPOINT_URL": simulator.origin,
            ])
            let error = await #expect(throws: ProviderError.self) { _ = try await chain.keys() }
            #expect(error?.kind == .authentication && error?.code == "InvalidIdentityToken")
            try Data("jwt-2\n".utf8).write(to: URL(filePath: token))
            let keys = try await chain.keys()
            #expect(keys.accessKeyID == "ASIA1" && keys.expiresAt != nil)
            #expect(simulator.ledger.calls.allSatisfy { $0.headers["authorization"] == nil })
        }
    }

    @Test("A container's endpoint is called with its token")
    func aContainersEndpointIsAskedWithItsToken() async throws {
        let account = SimulatedAWS {
            $0.lentKeys = Self.lent
            $0.containerToken = "pod-token"
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let bench = try Workbench()
            try Data("pod-token\n".utf8).write(to: URL(filePath: bench.path("pod")))
            let chain = Self.chain([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": simulator.origin + "/v2/credentials/x",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": bench.path("pod"),
            ])
            try await Self.expect(chain, "ASIA1")
        }
    }

    @Test("A container's token is sent to no other host")
    func aContainersTokenGoesToNoOtherHost() async throws {
        let error = await #expect(throws: ProviderError.self) {
            _ = try await Self.chain([
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://example.com/x", "AWS_CONTAINER_AUTHORIZATION_TOKEN": "t",
            ]).keys()
        }
        #expect(error?.message.contains("neither https nor on this host") == true)
    }

    @Test("An instance's keys are read in a metadata session")
    func anInstanceLendsInASession() async throws {
        try await ProviderSimulator.withRunning(.bedrock(SimulatedAWS { $0.lentKeys = Self.lent })) { simulator in
            let chain = Self.chain([
                "AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": simulator.origin + "/",
            ])
            try await Self.expect(chain, "ASIA1")
            #expect(simulator.ledger.calls.map(\.method) == ["PUT", "GET", "GET"])
            try await Self.expect(chain, "ASIA1")
            #expect(simulator.ledger.calls.count == 3)
        }
    }

    @Test("Temporary credentials are renewed before they expire")
    func lentKeysAreRenewedBeforeTheyEnd() async throws {
        let account = SimulatedAWS {
            $0.lentKeys = Self.lent
            $0.lentFor = .seconds(900)
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let clock = Mutex(Date())
            let chain = Self.chain(
                ["AWS_CONTAINER_CREDENTIALS_FULL_URI": simulator.origin + "/v2/credentials/x"],
                now: { clock.withLock { $0 } })
            try await Self.expect(chain, "ASIA1")
            clock.withLock { $0 += 500 }
            try await Self.expect(chain, "ASIA1")
            clock.withLock { $0 += 200 }
            simulator.setScript(
                SimulatorScript { $0.troubles = [Trouble(.respond(status: 500), on: .fetchToken, calls: 1...2)] })
            // Trouble with the renewal does not matter as long as there are keys.
            try await Self.expect(chain, "ASIA1")
            try await Self.expect(chain, "ASIA2")
        }
    }

    static func onAnInstance(_ simulator: ProviderSimulator) -> [String: String] {
        ["AWS_EC2_METADATA_DISABLED": "false", "AWS_EC2_METADATA_SERVICE_ENDPOINT": simulator.origin]
    }

    @Test("Temporary credentials that are still valid survive a failing renewal", arguments: [500, 403, 404])
    func anInstancesTroubleDoesNotTakeKeysAway(_ status: Int) async throws {
        let account = SimulatedAWS {
            $0.lentKeys = Self.lent
            $0.lentFor = .seconds(900)
        }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let clock = Mutex(Date())
            let chain = Self.chain(Self.onAnInstance(simulator), now: { clock.withLock { $0 } })
            try await Self.expect(chain, "ASIA1")
            clock.withLock { $0 += 700 }
            simulator.updateScript {
                $0.troubles = [Trouble(.respond(status: status), on: .fetchToken, calls: 1...)]
            }
            try await Self.expect(chain, "ASIA1")
            simulator.updateScript { $0.troubles = [] }
            try await Self.expect(chain, "ASIA2")
        }
    }

    @Test(
        "A transient failure of the metadata server is not an absence of keys, but another server's answer is",
        arguments: [503, 404, 405])
    func anInstanceThatCannotAnswerNow(_ status: Int) async throws {
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: status), on: .fetchToken, calls: 1...)]
        }
        try await ProviderSimulator.withRunning(.bedrock(SimulatedAWS { $0.lentKeys = Self.lent }), script) {
            simulator in
            let chain = Self.chain(Self.onAnInstance(simulator))
            let error = await #expect(throws: ProviderError.self) { _ = try await chain.keys() }
            #expect(error?.isTransient == (status == 503))
            #expect(error?.message.contains("no AWS credentials found") == (status != 503))
        }
    }

    @Test(
        "AWS's transient error codes are transient errors",
        arguments: [
            ("ProvisionedThroughputExceededException", ProviderError.Kind.rateLimit),
            ("TransactionInProgressException", .rateLimit), ("EC2ThrottledException", .rateLimit),
            ("ThrottlingException", .rateLimit), ("PriorRequestNotComplete", .overloaded),
        ])
    func throttling(_ word: String, _ kind: ProviderError.Kind) async throws {
        let body = #"{"__type":"\#(word)","message":"later"}"#
        let script = SimulatorScript {
            $0.troubles = [Trouble(.respond(status: 400, body: body), on: .getBatch, calls: 1...)]
        }
        try await ProviderSimulator.withRunning(.bedrock(BedrockTests.account), script) { simulator in
            guard case .batch(let provider) = try BedrockTests.provider(simulator).kind else { return }
            let error = await #expect(throws: ProviderError.self) { _ = try await provider.job("abcdefghijkl") }
            #expect(error?.kind == kind)
        }
    }

    @Test("Concurrent calls look up the keys once")
    func callsThatComeTogetherLookOnce() async throws {
        let account = SimulatedAWS { $0.lentKeys = Self.lent }
        try await ProviderSimulator.withRunning(.bedrock(account)) { simulator in
            let chain = Self.chain(["AWS_CONTAINER_CREDENTIALS_FULL_URI": simulator.origin + "/v2/credentials/x"])
            let ids = try await withThrowingTaskGroup(of: String.self) { group in
                for _ in 0..<8 { group.addTask { try await chain.keys().accessKeyID } }
                return try await group.reduce(into: Set<String>()) { $0.insert($1) }
            }
            #expect(ids == ["ASIA1"])
        }
    }

    @Test("A credentials file that has changed is read again")
    func aFileThatIsRenewedIsReadAgain() async throws {
        let bench = try Workbench()
        let clock = Mutex(Date())
        func write(_ id: String) throws -> [String: String] {
            try Self.files(
                bench, config: "",
                credentials: "[default]\naws_access_key_id=\(id)\naws_secret_access_key=some-secret\n")
        }
        let chain = Self.chain(try write("AKIA1"), now: { clock.withLock { $0 } })
        try await Self.expect(chain, "AKIA1")
        _ = try write("AKIA2")
        try await Self.expect(chain, "AKIA1")
        clock.withLock { $0 += 61 }
        try await Self.expect(chain, "AKIA2")
    }
}
