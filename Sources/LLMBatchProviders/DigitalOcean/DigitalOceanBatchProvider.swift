import Foundation
public import LLMBatchCore
import NIOHTTP1

/// DigitalOcean's batch inference: a file by a signed link, a job that is passed on to the maker of its model, results by
/// signed links.
///
/// Source: digitalocean/openapi, "Batch Inference"; pydo 0.44.0. The submission token is the job's `request_id`, of which
/// the service makes one job, and shows in the list of jobs.
public struct DigitalOceanBatchProvider: BatchProvider {
    /// Its settings, without secrets.
    public let settings: ProviderSettings
    /// The account it works for.
    public let account: ProviderAccount
    /// What it takes.
    public let limits: BatchLimits
    /// How long to wait between calls.
    public let pacing: Pacing
    let transport: HTTPTransport
    private let lines: DigitalOceanInputLine

    static let batches = ["v1", "batches"]

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.digitalOcean.options.keys.sorted())
        self.settings = settings
        account = ProviderAccount(provider: settings.name, baseURL: service.text, keyFingerprint: key?.fingerprint)
        transport = HTTPTransport(
            service: service, credential: key.credential, timeout: try options.seconds("timeout") ?? .seconds(60),
            failure: { ProviderError(digitalOcean: $0, headers: $1, body: $2) })
        lines = try DigitalOceanInputLine(options)
        var limits = try BatchLimits(.digitalOcean, options)
        limits.schemas = lines.schemas(for: settings.model)
        self.limits = limits
        pacing = try Pacing(options)
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try lines.bytes(of: request)
    }

    /// Asks for a signed link and sends the input there; the link has a credential of its own, and gets none of ours.
    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        let body: JSONValue = ["file_name": .string("llmbatch-\(input.token).jsonl")]
        let intent = try WireReading.object(
            try await transport.send(.init(method: .POST, path: Self.batches + ["files"], body: .json(body.json))))
        guard let id = WireReading.filled(intent.string("file_id")),
            let link = WireReading.filled(intent.string("upload_url"))
        else { throw WireReading.unreadable }
        // The type is part of what is signed; any other may be refused.
        let bytes = FramedInput(input, type: "application/octet-stream")
        do throws(ProviderError) {
            _ = try await transport.send(
                .init(
                    method: .PUT, target: try transport.permitted(link), body: .stream(bytes),
                    timeout: OpenAIFiles.longestTransfer))
        } catch {
            throw error.ofSignedLink
        }
        return id
    }

    /// Nothing: the service lists no files. An upload that is not known of is made again.
    public func findUpload(token: String, digest: JobInputDigest) -> String? { nil }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let input = submission.input
        let family = lines.family(of: input.model)
        var body: [String: JSONValue] = [
            "file_id": .string(submission.inputFileID), "provider": .string(family.rawValue),
            "completion_window": "24h", "request_id": .string(input.token),
            "metadata": [
                OpenAIWire.tokenKey: .string(input.token), OpenAIWire.batchKey: .string(input.job.batch.rawValue),
            ],
        ]
        if family == .openai { body["endpoint"] = .string(input.endpoint.rawValue) }
        return try job(
            try await transport.send(
                .init(method: .POST, path: Self.batches, body: .json(JSONValue.object(body).json))))
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: Self.batches + [id])))
    }

    public var isIdempotent: Bool { true }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        let list = Listing<RemoteJob>(what: "jobs", id: { $0.id }) { (cursor) throws(ProviderError) in
            let after = cursor.map { [("after", $0)] } ?? []
            let reply = try await transport.send(.init(path: Self.batches, query: [("limit", "100")] + after))
            guard let page = DigitalOceanWire.page(try WireReading.object(reply)) else { throw WireReading.unreadable }
            return page
        }
        return try await list.jobs(of: trace) { $0 }
    }

    /// A refusal for the job's state is no failure: it has ended, or is not with the maker of its model yet, and is then
    /// asked again at the next poll.
    public func cancel(_ id: String) async throws(ProviderError) {
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, path: Self.batches + [id, "cancel"]))
        } catch {
            guard error.kind != .invalidRequest, error.statusCode != 409 else { return }
            throw error
        }
    }

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let job = DigitalOceanWire.job(try WireReading.object(reply)) else { throw WireReading.unreadable }
        return job
    }
}
