import Foundation
import LLMBatchCore
import NIOHTTP1

/// Amazon Bedrock's batch inference, with input and output in S3.
///
/// Source: Amazon Bedrock API reference, `CreateModelInvocationJob` and related operations; Amazon S3 API reference. The
/// submission token is the job's `clientRequestToken` and part of the names of the job and its input, so that both can be
/// found after a lost answer.
struct BedrockBatchProvider: ServiceProvider {
    let service: ServiceClient
    let own: BedrockSettings
    let adapters: AdapterChoice
    private let keys: AWSCredentialChain
    private let given: BedrockAdapters?
    private let checks: BedrockChecks
    private let timeout: Duration

    /// The same service and credentials with other settings.
    init(_ settings: ProviderSettings, sharing other: BedrockBatchProvider) throws {
        try self.init(
            settings, service: other.transport.service, isAmazons: other.settings.baseURL == nil, keys: other.keys,
            adapters: other.given)
    }

    /// - Parameter isAmazons: whether the endpoint is Amazon's own, so that the other endpoints are too.
    init(
        _ settings: ProviderSettings, service: ServiceURL, isAmazons: Bool, keys: AWSCredentialChain,
        adapters: BedrockAdapters?
    ) throws {
        let options = try ProviderOptions(settings, of: .bedrock)
        let own = try BedrockSettings(options)
        let credential = { AWSCredential(keys: keys, signing: SigV4(region: $0, service: $1)) }
        var client = try ServiceClient(
            settings, .bedrock,
            account: ProviderAccount(
                provider: settings.name, baseURL: service.text, region: own.region, project: own.accountID),
            transport: HTTPTransport(
                service: service, credential: credential(own.region, .bedrock), timeout: .seconds(60),
                failure: ProviderError.init(aws:headers:body:)))
        let usual = try AnthropicRequest(options, standard: .tool, takesAddresses: false)
        self.adapters = try AdapterChoice(
            adapters ?? .standard(usual), family: options.string("family"), isConverse: own.isConverse)
        self.own = own
        self.keys = keys
        given = adapters
        let timeout = client.transport.timeout
        self.timeout = timeout
        client.limits.minimumRequests = try options.integer("minimum-requests") ?? client.limits.minimumRequests
        if let model = settings.model {
            client.limits.asking.dialect = (self.adapters.adapter(for: model) as? ClaudeAdapter)?.schemas ?? .openAI
        }
        if own.isRecovered {
            // The service has already accepted these requests, and their ids are not ours.
            client.limits = BatchLimits(
                requests: nil, bytes: nil, oneModel: true, endpoints: client.limits.endpoints)
        }
        self.service = client
        // Other partitions have their own IAM endpoints.
        let usualRoles = isAmazons && AWSPartition(own.region).name == "aws" ? "https://iam.amazonaws.com" : nil
        let roles = try (own.iamEndpoint ?? usualRoles).map {
            HTTPTransport(
                service: try ServiceURL($0), credential: credential("us-east-1", .iam),
                timeout: min(timeout, .seconds(10)),
                failure: ProviderError.init(aws:headers:body:))
        }
        checks = BedrockChecks(
            settings: own, bucket: try Self.bucket(own.bucket.isEmpty ? "none" : own.bucket, own, keys, timeout),
            roles: roles)
    }

    /// A recovered batch must never be submitted again: its draft is the remainder of an interrupted recovery.
    private func checkSubmits() throws(ProviderError) {
        guard own.isRecovered else { return }
        throw ProviderError(
            .permission, delivery: .notSent,
            message: "this draft is left over from an interrupted recovery: cancel it and recover the job again")
    }

    private static func bucket(
        _ name: String, _ own: BedrockSettings, _ keys: AWSCredentialChain, _ timeout: Duration
    ) throws -> S3Bucket {
        try S3Bucket(
            name, region: own.region, endpoint: own.s3Endpoint, owner: own.bucketOwner, keys: keys, timeout: timeout)
    }

    /// The bucket of that name; an adopted job may use another bucket.
    func bucket(_ name: String) throws(ProviderError) -> S3Bucket {
        do {
            return try Self.bucket(name, own, keys, timeout)
        } catch {
            throw ProviderError(
                .unreadable, delivery: .refused, message: "the job's bucket has an invalid name")
        }
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard let model = request.model ?? request.request.model else {
            throw RequestRefusal(field: "model", "is missing: a job has one model")
        }
        let adapter = try adapters.adapter(for: model, at: request.request.endpoint)
        let body = own.isNative ? Array(request.request.body(model: nil)) : try adapter.modelInput(of: request)
        return Array(#"{"recordId":"#.utf8) + JSONText.quoted(request.id) + Array(#","modelInput":"#.utf8) + body
            + Array("}".utf8)
    }

    // MARK: - Submitting

    private func input(_ token: String) -> S3Location {
        S3Location(bucket: own.bucket, key: "\(own.prefix)in/\(token).jsonl")
    }

    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        try checkSubmits()
        try await checks.run()
        let place = self.input(input.token)
        try await bucket(place.bucket).upload(input, to: place.key)
        return place.uri
    }

    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        let place = input(token)
        return try await bucket(place.bucket).has(digest, at: place.key) ? place.uri : nil
    }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        try checkSubmits()
        guard let model = submission.input.model else {
            throw ProviderError.noModel
        }
        let body = createBody(model: model, token: submission.input.token, input: submission.inputFileID)
        let answer = try await transport.object(
            .init(method: .POST, path: ["model-invocation-job"], body: .json(body.json)))
        guard let arn = WireReading.filled(answer.string("jobArn")) else {
            throw WireReading.unreadable
        }
        return RemoteJob(
            id: arn, status: .validating, rawStatus: "Submitted", token: submission.input.token,
            inputFileID: submission.inputFileID)
    }

    private func createBody(model: String, token: String, input: String) -> JSONNode {
        let owner = own.bucketOwner.map { JSONNode.string($0) }
        var source: JSONNode = ["s3Uri": .string(input), "s3InputFormat": "JSONL"]
        source["s3BucketOwner"] = owner
        var target: JSONNode = ["s3Uri": .string(S3Location(bucket: own.bucket, key: "\(own.prefix)out/").uri)]
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

    /// `clientRequestToken` makes the create call idempotent.
    var isIdempotent: Bool { true }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        let object = try await self.object(id)
        guard var job = BedrockWire.job(object) else { throw WireReading.unreadable }
        if job.status.isFinal, job.reported == nil { job.reported = try await manifest(object) }
        return job
    }

    /// The service's job object, by its ARN or the last part of it.
    func object(_ id: String) async throws(ProviderError) -> JSONObject {
        try await transport.object(.init(path: ["model-invocation-job", id]))
    }

    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        // By name only, because the token alone proves ownership.
        let query = [
            ("nameContains", trace.token), ("maxResults", "100"), ("sortBy", "CreationTime"),
            ("sortOrder", "Ascending"),
        ]
        let list = Listing<JSONObject>(what: "jobs", id: { WireReading.filled($0.string("jobArn")) }) {
            (cursor) throws(ProviderError) in
            let place = cursor.map { [("nextToken", $0)] } ?? []
            let page = try await transport.object(.init(path: ["model-invocation-jobs"], query: query + place))
            guard let jobs = page.objects("invocationJobSummaries") else { throw WireReading.unreadable }
            let next = WireReading.filled(page.string("nextToken"))
            return .init(items: jobs, next: next.map { .page($0) } ?? .end)
        }
        return try await list.jobs(of: trace, BedrockWire.job)
    }

    func cancel(_ id: String) async throws(ProviderError) {
        try await transport.cancel(.init(method: .POST, path: ["model-invocation-job", id, "stop"])) {
            $0.code == "ConflictException"
        }
    }
}
