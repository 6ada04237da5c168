import Foundation
import LLMBatchCore
import NIOHTTP1

/// Batch inference of Vertex AI (`batchPredictionJobs`) over Cloud Storage, with models of Google and of Anthropic.
///
/// Source: discovery document of `aiplatform` v1; Google Cloud documentation, "Batch inference with Gemini". The submission
/// token is a label of the job, which can filter lists, and part of the names of its objects in the bucket.
/// Answers finished before a job was cancelled or expired remain in the bucket.
struct VertexAIBatchProvider: ServiceProvider {
    let service: ServiceClient
    /// The service creates a new job for every call.
    var isIdempotent: Bool { false }
    let storage: CloudStorage
    private let row: VertexRow
    private let place: VertexLocation

    init(_ settings: ProviderSettings, place: VertexLocation, credential: GoogleCredential) throws {
        func transport(_ service: ServiceURL) -> HTTPTransport {
            HTTPTransport(
                service: service, credential: credential, timeout: .seconds(60),
                failure: ProviderError.init(google:headers:body:))
        }
        var service = try ServiceClient(
            settings, .vertexAI,
            account: ProviderAccount(
                provider: settings.name, baseURL: settings.baseURL, region: place.location, project: place.project,
                keyFingerprint: credential.fingerprint),
            transport: transport(place.service))
        service.limits.asking.dialect = settings.model.flatMap { try? VertexModel($0) }?.schemas ?? .openAI
        self.service = service
        self.place = place
        row = try VertexRow(service.options)
        var storage = transport(place.storage)
        storage.timeout = service.transport.timeout
        self.storage = CloudStorage(transport: storage, pause: service.pacing.firstPoll)
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] { try row.line(of: request) }

    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let object = place.folder(of: input.token).below("input.jsonl")
        try await storage.upload(input, to: object)
        return object.address
    }

    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        let object = place.folder(of: token).below("input.jsonl")
        return try await storage.size(of: object) == digest.bytes ? object.address : nil
    }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
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
        do throws(ProviderError) {
            return try await transport.job(
                .init(method: .POST, path: place.jobs, body: .json(body.json)), VertexWire.job)
        } catch {
            throw error.refusing(jobOf: model.resource)
        }
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try await transport.job(.init(path: place.path(ofJob: id)), VertexWire.job)
    }

    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        let filter = "labels.\(VertexWire.tokenLabel)=\"\(trace.token)\""
        let list = GoogleListing(transport: transport).list(
            place.jobs, query: [("filter", filter), ("pageSize", "100")], member: "batchPredictionJobs", of: "jobs")
        return try await list.jobs(of: trace, VertexWire.job)
    }

    func cancel(_ id: String) async throws(ProviderError) {
        let address = transport.service.path(place.path(ofJob: id)) + ":cancel"
        try await transport.cancel(.init(method: .POST, target: .url(address), body: .json(Array("{}".utf8)))) {
            $0.kind == .invalidRequest
        }
    }

    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        // A whole bucket is not the output of a job.
        guard let folder = try await folder(of: files)?.folder, !folder.name.isEmpty else { return }
        var reader = ResultFileReader(
            files, over: storage.transport, idKey: VertexRow.idKey(at: files.endpoint), decode: VertexResultLine.read)
        // The answers may be in several objects; each resumes where an earlier collection stopped.
        for entry in try await storage.objects(in: folder) where entry.name.hasSuffix(".jsonl") {
            let name = String(entry.name.dropFirst(folder.name.count))
            guard reader.progress[name].bytes < entry.size else { continue }
            let object = CloudObject(bucket: folder.bucket, name: entry.name)
            try await reader.read(name, with: storage.download(object), receive)
        }
    }

    /// The folder of a job's answers; nil when the job does not name one.
    func folder(of files: RemoteJobFiles) async throws(ProviderError) -> CloudObject? {
        if let output = files.outputFileID { return CloudObject(output) }
        return VertexWire.folder(try await transport.object(.init(path: place.path(ofJob: files.jobID))))
    }
}
