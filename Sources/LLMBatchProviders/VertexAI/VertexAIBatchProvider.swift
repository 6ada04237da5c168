import Foundation
public import LLMBatchCore
import NIOHTTP1

/// Batch inference of Vertex AI (`batchPredictionJobs`) over Cloud Storage, with models of Google and of Anthropic.
///
/// Source: discovery document of `aiplatform` v1; Google Cloud documentation, "Batch inference with Gemini". The submission
/// token travels in a label of the job, by which lists can be filtered, and in the names of its objects in the bucket.
/// What was answered before a job was cancelled or ran out of time is in the bucket and stays there.
public struct VertexAIBatchProvider: BatchProvider {
    /// Its settings, without secrets.
    public let settings: ProviderSettings
    /// The account it works for.
    public let account: ProviderAccount
    /// What it takes.
    public let limits: BatchLimits
    /// How long to wait between calls.
    public let pacing: Pacing
    /// False: the service makes a job of every create call.
    public var isIdempotent: Bool { false }
    let transport: HTTPTransport
    let storage: CloudStorage
    private let row: VertexRow
    private let place: VertexPlace

    init(_ settings: ProviderSettings, place: VertexPlace, credential: GoogleCredential) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.vertexAI.options.keys.sorted())
        self.settings = settings
        self.place = place
        account = ProviderAccount(
            provider: settings.name, baseURL: settings.baseURL, region: place.location, project: place.project,
            keyFingerprint: credential.fingerprint)
        let pacing = try Pacing(options)
        self.pacing = pacing
        var limits = try BatchLimits(.vertexAI, options)
        limits.schemas = settings.model.flatMap { try? VertexModel($0) }?.schemas
        self.limits = limits
        row = try VertexRow(options)
        let timeout = try options.seconds("timeout") ?? .seconds(60)
        func transport(_ service: ServiceURL) -> HTTPTransport {
            HTTPTransport(
                service: service, credential: credential, timeout: timeout,
                failure: { ProviderError(google: $0, headers: $1, body: $2) })
        }
        self.transport = transport(place.service)
        storage = CloudStorage(transport: transport(place.storage), pause: pacing.firstPoll)
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] { try row.line(of: request) }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        let object = place.folder(of: input.token).below("input.jsonl")
        try await storage.upload(input, to: object)
        return object.address
    }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        let object = place.folder(of: token).below("input.jsonl")
        return try await storage.size(of: object) == digest.bytes ? object.address : nil
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let token = submission.input.token
        let model: VertexModel
        do throws(RequestRefusal) { model = try VertexModel(submission.input.model ?? "") } catch {
            throw ProviderError(.invalidRequest, delivery: .notSent, message: "the job's model \(error.reason)")
        }
        let body: JSONNode = [
            "displayName": .string(GoogleWire.namePrefix + token), "model": .string(model.resource),
            "inputConfig": [
                "instancesFormat": "jsonl", "gcsSource": ["uris": [.string(submission.inputFileID)]],
            ],
            "outputConfig": [
                "predictionsFormat": "jsonl",
                "gcsDestination": ["outputUriPrefix": .string(place.folder(of: token).below("output").address)],
            ],
            "labels": .object([.init(key: VertexWire.tokenLabel, value: .string(token))]),
        ]
        let reply: HTTPTransport.Reply
        do throws(ProviderError) {
            reply = try await transport.send(.init(method: .POST, path: place.jobs, body: .json(body.json)))
        } catch {
            throw error.refusing(jobOf: model.resource)
        }
        return try job(reply)
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: place.path(ofJob: id))))
    }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        let filter = "labels.\(VertexWire.tokenLabel)=\"\(trace.token)\""
        let list = GoogleListing(transport: transport).list(
            place.jobs, query: [("filter", filter), ("pageSize", "100")], member: "batchPredictionJobs", of: "jobs")
        return try await list.jobs(of: trace, VertexWire.job)
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        let address = transport.service.path(place.path(ofJob: id)) + ":cancel"
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, target: .url(address), body: .json(Array("{}".utf8))))
        } catch {
            // A job that has ended cannot be cancelled, which is as good.
            guard error.kind != .invalidRequest else { return }
            throw error
        }
    }

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let job = VertexWire.job(try WireReading.object(reply)) else { throw WireReading.unreadable }
        return job
    }

    /// Where the answers of a job are; nil when it says nothing of it.
    func folder(of files: RemoteJobFiles) async throws(ProviderError) -> CloudObject? {
        if let output = files.outputFileID { return CloudObject(output) }
        let reply = try await transport.send(.init(path: place.path(ofJob: files.jobID)))
        return VertexWire.folder(try WireReading.object(reply))
    }
}
