import Foundation
import LLMBatch
import LLMBatchProviders
import Testing
import Workbench

/// An emulator of AWS that is not ours, with signatures checked, takes our calls: Bedrock, S3, IAM and STS.
@Suite("Bedrock: ministack", .timeLimit(.minutes(2)))
struct MinistackTests {
    /// Makes a bucket, a role and a user with a key of its own.
    private static let setup = #"""
        import json, sys, boto3
        from botocore.config import Config
        session = boto3.Session(aws_access_key_id="test", aws_secret_access_key="test", region_name="us-east-1")
        client = lambda name, **more: session.client(name, endpoint_url=sys.argv[1], **more)
        client("s3", config=Config(s3={"addressing_style": "path"})).create_bucket(Bucket="batches")
        iam = client("iam")
        trust = lambda who: json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": who, "Action": "sts:AssumeRole"}]})
        role = iam.create_role(RoleName="BatchRole", AssumeRolePolicyDocument=trust({"Service": "bedrock.amazonaws.com"}))
        account = role["Role"]["Arn"].split(":")[4]
        everything = json.dumps({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Action": "*", "Resource": "*"}]})
        app = iam.create_role(RoleName="App", AssumeRolePolicyDocument=trust({"AWS": account}))
        iam.put_role_policy(RoleName="App", PolicyName="all", PolicyDocument=everything)
        iam.create_user(UserName="ada")
        iam.put_user_policy(UserName="ada", PolicyName="all", PolicyDocument=everything)
        key = iam.create_access_key(UserName="ada")["AccessKey"]
        print(json.dumps({"id": key["AccessKeyId"], "secret": key["SecretAccessKey"],
                          "role": role["Role"]["Arn"], "app": app["Role"]["Arn"]}))
        """#

    private static func provider(_ origin: String, _ made: JSONObject, keys: AWSCredentialSource) throws -> Provider {
        try .bedrock(
            model: BedrockTests.claude, bucket: "batches", role: try #require(made.string("role")),
            region: "us-east-1", baseURL: origin, keys: keys,
            options: Workbench.hurry.merging(
                ["s3-endpoint": origin, "iam-endpoint": origin, "timeout": "20", "minimum-requests": "1"]) { $1 })
    }

    @Test("ministack accepts all calls of a batch", .enabled(if: PythonServer.program("ministack") != nil))
    func takesOurCalls() async throws {
        let ministack = try #require(PythonServer.program("ministack"))
        let bench = try Workbench()
        try await PythonServer.run(
            ministack, folder: bench.folder, environment: ["AUTH": "true", "BIND_HOST": "127.0.0.1"],
            portVariable: "GATEWAY_PORT"
        ) { _ in
            []
        } body: { origin in
            let running = try Tool.Running(
                tool: Tool(folder: bench.folder), binary: URL(filePath: try #require(PythonServer.python)),
                arguments: ["-c", Self.setup, origin], input: nil)
            let ended = try await running.ended()
            try #require(ended.code == 0, "\(ended.errors)")
            let made = try ended.json()
            let (id, secret) = (try #require(made.string("id")), try #require(made.string("secret")))
            try await drive(origin, made, keys: .keys(accessKeyID: id, secretAccessKey: secret), bench)
            try await refuse(origin, made, id, bench)
            try await lend(origin, made, id, secret)
        }
    }

    /// A job is made, found again by its token, looked at and stopped.
    private func drive(_ origin: String, _ made: JSONObject, keys: AWSCredentialSource, _ bench: borrowing Workbench)
        async throws
    {
        let provider = try Self.provider(origin, made, keys: keys)
        let batch = try await Batch.create(
            Workbench.requests(3), provider: provider, storage: bench.storage)
        try await batch.start()
        let state = try #require(try await batch.providerJobs().first?.state)
        let arn = try #require(state.remoteID)
        #expect(arn.hasPrefix("arn:aws:bedrock:us-east-1:"))
        guard case .batch(let remote) = provider.kind else { return }
        let job = try await remote.job(arn)
        #expect(job.id == arn && job.status == .inProgress && job.token == state.token)
        let trace = ProviderJobFingerprint(
            token: try #require(state.token), inputFileID: nil, since: Date(), requests: 3, idPrefix: "")
        let found = try await remote.jobs(matching: trace)
        #expect(found.map(\.id) == [arn])
        try await batch.cancel()
        try await batch.wait()
        let counts = try await batch.counts()
        #expect(counts == .of([.cancelled: 3]))
    }

    private func refuse(_ origin: String, _ made: JSONObject, _ id: String, _ bench: borrowing Workbench) async throws {
        let provider = try Self.provider(origin, made, keys: .keys(accessKeyID: id, secretAccessKey: "tampered"))
        guard case .batch(let remote) = provider.kind else { return }
        let error = await #expect(throws: ProviderError.self) { _ = try await remote.job("abcdefghijkl") }
        #expect(error?.kind == .authentication, "\(error?.description ?? "")")
        let batch = try await Batch.create(Workbench.requests(1), provider: provider, storage: bench.storage)
        let refused = await #expect(throws: LLMBatchError.self) { try await batch.start() }
        #expect(refused?.code == .keyRefused, "\(refused?.message ?? "")")
    }

    /// The user assumes a role, and the temporary credentials work.
    private func lend(_ origin: String, _ made: JSONObject, _ id: String, _ secret: String) async throws {
        let bench = try Workbench()
        let config = """
            [profile ada]
            aws_access_key_id = \(id)
            aws_secret_access_key = \(secret)
            [profile app]
            role_arn = \(try #require(made.string("app")))
            source_profile = ada
            """
        let files = try AWSKeyTests.files(bench, config: config)
        let chain = AWSKeyTests.chain(files.merging(["AWS_ENDPOINT_URL_STS": origin]) { $1 }, source: .profile("app"))
        let bucket = try S3Bucket("batches", region: "us-east-1", endpoint: origin, keys: chain, timeout: .seconds(20))
        let input = S3Tests.input(bytes: 2000)
        try await bucket.upload(input, to: "in/lent.jsonl")
        let isThere = try await bucket.has(input.digest, at: "in/lent.jsonl")
        #expect(isThere)
    }
}
