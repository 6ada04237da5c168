import Foundation
public import LLMBatchCore
import NIOHTTP1

/// Amazon Bedrock's batch inference: the input lies in a bucket of S3, and so do the answers.
///
/// Source: Amazon Bedrock API reference, `CreateModelInvocationJob` and what belongs to it; Amazon S3 API reference. The
/// submission token is the job's `clientRequestToken`, stands in its name and in the name of its input, so that all three
/// can be found again when an answer was lost.
public struct BedrockBatchProvider: BatchProvider {
    /// Its settings, without secrets.
    public let settings: ProviderSettings
    /// The account it works for.
    public let account: ProviderAccount
    /// What it takes.
    public let limits: BatchLimits
    /// How long to wait between calls.
    public let pacing: Pacing
    let own: BedrockSettings
    let transport: HTTPTransport
    let adapters: AdapterChoice
    private let keys: AWSKeyChain
    private let given: BedrockAdapters?
    private let checks: BedrockChecks
    private let timeout: Duration

    /// The same service and keys with other settings.
    init(_ settings: ProviderSettings, sharing other: BedrockBatchProvider) throws {
        try self.init(
            settings, service: other.transport.service, isAmazons: other.settings.baseURL == nil, keys: other.keys,
            adapters: other.given)
    }

    /// - Parameter isAmazons: whether the service is Amazon's own, so that its others are too.
    init(
        _ settings: ProviderSettings, service: ServiceURL, isAmazons: Bool, keys: AWSKeyChain,
        adapters: BedrockAdapters?
    ) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.bedrock.options.keys.sorted())
        let own = try BedrockSettings(options)
        let timeout = try options.seconds("timeout") ?? .seconds(60)
        let credential = { AWSCredential(keys: keys, signing: SigV4(region: $0, service: $1)) }
        transport = HTTPTransport(
            service: service, credential: credential(own.region, .bedrock), timeout: timeout,
            failure: { ProviderError(aws: $0, headers: $1, body: $2) })
        let usual = try AnthropicRequest(options, standard: .tool, takesAddresses: false)
        self.adapters = try AdapterChoice(
            adapters ?? .standard(usual), family: options.string("family"), isConverse: own.isConverse)
        self.settings = settings
        self.own = own
        self.keys = keys
        given = adapters
        self.timeout = timeout
        account = ProviderAccount(
            provider: settings.name, baseURL: service.text, region: own.region, project: own.accountID)
        pacing = try Pacing(options)
        var limits = try BatchLimits(.bedrock, options)
        limits.minimumRequests = try options.integer("minimum-requests") ?? limits.minimumRequests
        if let model = settings.model {
            limits.schemas = (self.adapters.adapter(for: model) as? ClaudeAdapter)?.schemas
        }
        if own.isRecovered {
            // What the service has taken needs no checking, and its ids are not ours.
            limits = BatchLimits(requests: .max, bytes: .max, oneModel: true, endpoints: limits.endpoints)
        }
        self.limits = limits
        // Other groups of regions have services of their own for roles.
        let usualRoles = isAmazons && AWSPartition(own.region).name == "aws" ? "https://iam.amazonaws.com" : nil
        let roles = try (own.iamEndpoint ?? usualRoles).map {
            HTTPTransport(
                service: try ServiceURL($0), credential: credential("us-east-1", .iam),
                timeout: min(timeout, .seconds(10)),
                failure: { ProviderError(aws: $0, headers: $1, body: $2) })
        }
        checks = BedrockChecks(
            settings: own, bucket: try Self.bucket(own.bucket.isEmpty ? "none" : own.bucket, own, keys, timeout),
            roles: roles)
    }

    /// A batch that was made of a job must never become a second one: a draft of it is what an interrupted recovery left.
    private func checkSubmits() throws(ProviderError) {
        guard own.isRecovered else { return }
        throw ProviderError(
            .permission, delivery: .notSent,
            message: "this draft was left by a recovery that was interrupted: cancel it, and recover the job again")
    }

    private static func bucket(
        _ name: String, _ own: BedrockSettings, _ keys: AWSKeyChain, _ timeout: Duration
    ) throws -> S3Bucket {
        try S3Bucket(
            name, region: own.region, endpoint: own.s3Endpoint, owner: own.bucketOwner, keys: keys, timeout: timeout)
    }

    /// The bucket of that name; a job that was adopted may read and write another than ours.
    func bucket(_ name: String) throws(ProviderError) -> S3Bucket {
        do {
            return try Self.bucket(name, own, keys, timeout)
        } catch {
            throw ProviderError(
                .unreadable, delivery: .refused, message: "the job names a bucket that makes no address")
        }
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard let model = request.model ?? request.request.model else {
            throw RequestRefusal(field: "model", "is missing: a job is for one model")
        }
        let adapter = try adapters.adapter(for: model, at: request.request.endpoint)
        let body = own.isNative ? Array(request.request.body(model: nil)) : try adapter.modelInput(of: request)
        return Array(#"{"recordId":"#.utf8) + JSONText.quoted(request.id) + Array(#","modelInput":"#.utf8) + body
            + Array("}".utf8)
    }

    // MARK: - Submitting

    private func input(_ token: String) -> S3Place {
        S3Place(bucket: own.bucket, key: "\(own.prefix)in/\(token).jsonl")
    }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        try checkSubmits()
        try await checks.run()
        let place = self.input(input.token)
        try await bucket(place.bucket).upload(input, to: place.key)
        return place.uri
    }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        let place = input(token)
        return try await bucket(place.bucket).has(digest, at: place.key) ? place.uri : nil
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        try checkSubmits()
        guard let model = submission.input.model else {
            throw ProviderError(.invalidRequest, delivery: .notSent, message: "the job has no model")
        }
        let body = createBody(model: model, token: submission.input.token, input: submission.inputFileID)
        let reply = try await transport.send(
            .init(method: .POST, path: ["model-invocation-job"], body: .json(body.json)))
        guard let arn = WireReading.filled(try WireReading.object(reply).string("jobArn")) else {
            throw WireReading.unreadable
        }
        return RemoteJob(
            id: arn, status: .validating, word: "Submitted", token: submission.input.token,
            inputFileID: submission.inputFileID)
    }

    private func createBody(model: String, token: String, input: String) -> JSONNode {
        let owner = own.bucketOwner.map { JSONNode.string($0) }
        var source: JSONNode = ["s3Uri": .string(input), "s3InputFormat": "JSONL"]
        source["s3BucketOwner"] = owner
        var target: JSONNode = ["s3Uri": .string(S3Place(bucket: own.bucket, key: "\(own.prefix)out/").uri)]
        target["s3BucketOwner"] = owner
        target["s3EncryptionKeyId"] = own.kmsKey.map { .string($0) }
        var body: JSONNode = [
            "jobName": .string(BedrockWire.namePrefix + token), "roleArn": .string(own.role),
            "clientRequestToken": .string(token), "modelId": .string(model),
            "inputDataConfig": ["s3InputDataConfig": source], "outputDataConfig": ["s3OutputDataConfig": target],
        ]
        body["timeoutDurationInHours"] = own.hours.map { .number(String($0)) }
        if own.isConverse { body["modelInvocationType"] = "Converse" }
        return body
    }

    // MARK: - Looking

    /// By `clientRequestToken`.
    public var isIdempotent: Bool { true }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        let object = try await self.object(id)
        guard var job = BedrockWire.job(object) else { throw WireReading.unreadable }
        if job.status.isFinal, job.reported == nil { job.reported = try await manifest(object) }
        return job
    }

    /// What the service says of a job, by its ARN or the last part of it.
    func object(_ id: String) async throws(ProviderError) -> JSONObject {
        try WireReading.object(try await transport.send(.init(path: ["model-invocation-job", id])))
    }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        // By the name alone: what is ours is ours whatever the service's clock says.
        let query = [
            ("nameContains", trace.token), ("maxResults", "100"), ("sortBy", "CreationTime"),
            ("sortOrder", "Ascending"),
        ]
        let list = Listing<JSONObject>(what: "jobs", id: { WireReading.filled($0.string("jobArn")) }) {
            (cursor) throws(ProviderError) in
            let place = cursor.map { [("nextToken", $0)] } ?? []
            let page = try WireReading.object(
                try await transport.send(.init(path: ["model-invocation-jobs"], query: query + place)))
            guard let jobs = page.objects("invocationJobSummaries") else { throw WireReading.unreadable }
            let next = WireReading.filled(page.string("nextToken"))
            return .init(items: jobs, next: next.map { .page($0) } ?? .end)
        }
        return try await list.jobs(of: trace, BedrockWire.job)
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, path: ["model-invocation-job", id, "stop"]))
        } catch {
            // A job that has ended cannot be stopped, which is as good.
            guard error.code != "ConflictException" else { return }
            throw error
        }
    }
}
