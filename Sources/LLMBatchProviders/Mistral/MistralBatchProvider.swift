import Foundation
import LLMBatchCore
import NIOHTTP1

/// Mistral's batch jobs, with an input file, an output file and an error file.
///
/// Source: Mistral API reference, "Batch" and "Files". The file's name and the job's metadata contain the submission
/// token, so that both can be found after a lost answer.
struct MistralBatchProvider: ServiceProvider {
    let service: ServiceClient
    /// The service creates a new job for every call.
    var isIdempotent: Bool { false }
    private let hours: Int
    private let isNative: Bool

    static let jobs = ["v1", "batch", "jobs"]
    private static let files = ["v1", "files"]

    init(_ settings: ProviderSettings, address: ServiceURL, key: APIKey?) throws {
        service = try ServiceClient(
            settings, .mistral, address, key: key, failure: ProviderError.init(mistral:headers:body:))
        hours = try service.options.integer("timeout-hours") ?? 24
        guard hours < 168 else {
            throw LLMBatchError(
                .invalidConfiguration, "option timeout-hours of mistral is \(hours), but must be fewer than 168")
        }
        isNative = try service.options.flag("native")
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard request.model ?? request.request.model != nil else {
            throw RequestRefusal(field: "model", "is missing")
        }
        let body = isNative ? request.nativeBody : try MistralRequest.body(of: request)
        return Array(#"{"custom_id":"#.utf8) + JSONText.quoted(request.id) + Array(#","body":"#.utf8) + body
            + Array("}".utf8)
    }

    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        let form = MultipartForm([("purpose", "batch")], token: input.token)
        let body = form.file(input, name: MistralWire.fileName(input.token))
        let file = try await transport.object(
            .init(method: .POST, path: Self.files, body: .stream(body), timeout: .longestTransfer))
        guard let id = WireReading.filled(file.string("id")) else { throw WireReading.unreadable }
        return id
    }

    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        let name = MistralWire.fileName(token)
        return try await list(Self.files, query: [("purpose", "batch")], of: "files").upload { file in
            // Without a size the file counts as complete: uploads are atomic.
            guard file.string("filename") == name, file.size("bytes") ?? digest.bytes == digest.bytes else {
                return nil
            }
            return WireReading.filled(file.string("id"))
        }
    }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        let input = submission.input
        var body: [String: JSONValue] = [
            "input_files": [.string(submission.inputFileID)], "endpoint": .string(input.endpoint.rawValue),
            "timeout_hours": .integer(hours),
            "metadata": [
                MistralWire.tokenKey: .string(input.token), MistralWire.batchKey: .string(input.job.batch.rawValue),
            ],
        ]
        if let model = input.model { body["model"] = .string(model) }
        return try await job(.init(method: .POST, path: Self.jobs, body: .json(JSONValue.object(body).json)))
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try await job(.init(path: Self.jobs + [id], query: [("inline", "false")]))
    }

    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        try await list(Self.jobs, query: [("order_by", "-created")], of: "jobs").jobs(of: trace) {
            MistralWire.job($0, hours: hours)
        }
    }

    func cancel(_ id: String) async throws(ProviderError) {
        try await transport.cancel(.init(method: .POST, path: Self.jobs + [id, "cancel"]))
    }

    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        var reader = ResultFileReader(files, over: transport, decode: MistralResultLine.read)
        try await reader.readFiles(receive) {
            .init(path: Self.files + [$0, "content"], timeout: .longestTransfer)
        }
    }

    /// A list of numbered pages, where items repeat if others are added meanwhile. It ends with an empty page; the reported
    /// length is not relied on.
    private func list(
        _ path: [String], query: [(String, String)], of what: String
    ) -> Listing<JSONObject> {
        Listing(what: what, id: { WireReading.filled($0.string("id")) }) { (cursor) throws(ProviderError) in
            let number = cursor.flatMap { Int($0) } ?? 0
            let place = [("page", String(number)), ("page_size", "100")]
            let page = try await transport.object(.init(path: path, query: query + place))
            guard let objects = page.objects("data") else { throw WireReading.unreadable }
            let isEmpty = page.elements("data")?.isEmpty ?? true
            return .init(items: objects, next: isEmpty ? .end : .page(String(number + 1)))
        }
    }

    private func job(_ call: HTTPTransport.Call) async throws(ProviderError) -> RemoteJob {
        try await transport.job(call) { MistralWire.job($0, hours: hours) }
    }
}
