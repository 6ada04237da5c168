import Foundation
import LLMBatchCore
import NIOHTTP1

/// DigitalOcean's batch inference: upload and results by presigned URL, with jobs run by the vendor of their model.
///
/// Source: digitalocean/openapi, "Batch Inference"; pydo 0.44.0. The submission token is the job's `request_id`. The service
/// creates one job per `request_id` and shows it in the list of jobs.
struct DigitalOceanBatchProvider: ServiceProvider {
    let service: ServiceClient
    private let lines: DigitalOceanInputLine

    static let batches = ["v1", "batches"]

    init(_ settings: ProviderSettings, address: ServiceURL, key: APIKey?) throws {
        var service = try ServiceClient(
            settings, .digitalOcean, address, key: key, failure: ProviderError.init(digitalOcean:headers:body:))
        lines = try DigitalOceanInputLine(service.options)
        service.limits.asking.dialect = lines.schemas(for: settings.model) ?? .openAI
        self.service = service
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try lines.bytes(of: request)
    }

    /// Requests a presigned URL and uploads the input there, without our credential.
    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let body: JSONValue = ["file_name": .string("llmbatch-\(input.token).jsonl")]
        let intent = try await transport.object(
            .init(method: .POST, path: Self.batches + ["files"], body: .json(body.json)))
        guard let id = WireReading.filled(intent.string("file_id")),
            let link = WireReading.filled(intent.string("upload_url"))
        else { throw WireReading.unreadable }
        // The content type is signed; any other may be refused.
        let bytes = FramedInput(input, type: "application/octet-stream")
        do throws(ProviderError) {
            _ = try await transport.send(
                .init(
                    method: .PUT, target: try transport.permitted(link), body: .stream(bytes),
                    timeout: .longestTransfer))
        } catch {
            throw error.ofSignedLink
        }
        return id
    }

    /// Always nil: the service has no list of files, so a lost upload is repeated.
    func findUpload(token: String, digest: ProviderJobDigest) -> String? { nil }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
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
        return try await transport.job(
            .init(method: .POST, path: Self.batches, body: .json(JSONValue.object(body).json)), DigitalOceanWire.job)
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try await transport.job(.init(path: Self.batches + [id]), DigitalOceanWire.job)
    }

    var isIdempotent: Bool { true }

    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        let list = Listing<RemoteJob>(what: "jobs", id: { $0.id }) { (cursor) throws(ProviderError) in
            let after = cursor.map { [("after", $0)] } ?? []
            let answer = try await transport.object(.init(path: Self.batches, query: [("limit", "100")] + after))
            guard let page = DigitalOceanWire.page(answer) else { throw WireReading.unreadable }
            return page
        }
        return try await list.jobs(of: trace) { $0 }
    }

    /// A refusal because of the job's state is not a failure: the job has ended, or has not reached the vendor yet and is
    /// cancelled after the next poll.
    func cancel(_ id: String) async throws(ProviderError) {
        try await transport.cancel(.init(method: .POST, path: Self.batches + [id, "cancel"]))
    }
}
