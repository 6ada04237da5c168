import Foundation
public import LLMBatchCore
import NIOHTTP1

/// Mistral's batch jobs: the requests in a file, the answers in one, the failures in another.
///
/// Source: Mistral API reference, "Batch" and "Files". The submission token travels in the file's name and in the job's
/// metadata, so that both can be found again when an answer was lost.
public struct MistralBatchProvider: BatchProvider {
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
    private let hours: Int
    private let isNative: Bool

    static let jobs = ["v1", "batch", "jobs"]
    private static let files = ["v1", "files"]
    /// The most that the upload or download of a file may take in all; one that stands still is given up much sooner.
    static let longestTransfer: Duration = .seconds(4 * 3600)

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.mistral.options.keys.sorted())
        self.settings = settings
        account = ProviderAccount(provider: settings.name, baseURL: service.text, keyFingerprint: key?.fingerprint)
        transport = HTTPTransport(
            service: service, credential: key.credential, timeout: try options.seconds("timeout") ?? .seconds(60),
            failure: { ProviderError(mistral: $0, headers: $1, body: $2) })
        hours = try options.integer("timeout-hours") ?? 24
        guard hours < 168 else {
            throw LLMBatchError(
                .invalidConfiguration, "option timeout-hours of mistral is \(hours), but must be fewer than 168")
        }
        isNative = try options.flag("native")
        pacing = try Pacing(options)
        limits = try BatchLimits(.mistral, options)
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard request.model ?? request.request.model != nil else {
            throw RequestRefusal(field: "model", "is missing")
        }
        let body = isNative ? request.nativeBody : try MistralRequest.body(of: request)
        return Array(#"{"custom_id":"#.utf8) + JSONText.quoted(request.id) + Array(#","body":"#.utf8) + body
            + Array("}".utf8)
    }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        let body = FramedInput.form([("purpose", "batch")], fileName: MistralWire.fileName(input.token), input)
        let reply = try await transport.send(
            .init(method: .POST, path: Self.files, body: .stream(body), timeout: Self.longestTransfer))
        guard let id = WireReading.filled(try WireReading.object(reply).string("id")) else {
            throw WireReading.unreadable
        }
        return id
    }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        let name = MistralWire.fileName(token)
        return try await list(Self.files, query: [("purpose", "batch")], of: "files").upload { file in
            // A service that does not tell the size has not got less than all of it: uploads are whole or none.
            guard file.string("filename") == name, file.size("bytes") ?? digest.bytes == digest.bytes else {
                return nil
            }
            return WireReading.filled(file.string("id"))
        }
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let input = submission.input
        var body: [String: JSONValue] = [
            "input_files": [.string(submission.inputFileID)], "endpoint": .string(input.endpoint.rawValue),
            "timeout_hours": .integer(hours),
            "metadata": [
                MistralWire.tokenKey: .string(input.token), MistralWire.batchKey: .string(input.job.batch.rawValue),
            ],
        ]
        if let model = input.model { body["model"] = .string(model) }
        return try job(
            try await transport.send(.init(method: .POST, path: Self.jobs, body: .json(JSONValue.object(body).json))))
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: Self.jobs + [id], query: [("inline", "false")])))
    }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        try await list(Self.jobs, query: [("order_by", "-created")], of: "jobs").jobs(of: trace) {
            MistralWire.job($0, hours: hours)
        }
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, path: Self.jobs + [id, "cancel"]))
        } catch {
            // A job that has ended cannot be cancelled, which is as good.
            guard error.kind != .invalidRequest, error.statusCode != 409 else { return }
            throw error
        }
    }

    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        for (name, id) in [("output", files.outputFileID), ("error", files.errorFileID)] {
            guard let id else { continue }
            var reader = ResultLines(
                name: name, from: progress[name], idKey: "custom_id", credential: transport.credential
            ) {
                MistralResultLine.read($0, source: $1, endpoint: files.endpoint)
            }
            try await transport.stream(
                .init(path: Self.files + [id, "content"], timeout: Self.longestTransfer), from: progress[name].bytes
            ) { chunk in
                let lines = reader.lines(in: chunk)
                guard !lines.isEmpty else { return }
                progress[name] = reader.position
                try await receive(lines, progress)
            }
            let rest = reader.rest()
            progress[name] = reader.position
            if !rest.isEmpty { try await receive(rest, progress) }
        }
    }

    /// A list of numbered pages, which shows again what it has shown when something is added meanwhile. It ends with a page
    /// that has nothing on it; what the service says of its length is not relied on.
    private func list(
        _ path: [String], query: [(String, String)], of what: String
    ) -> Listing<JSONObject> {
        Listing(what: what, id: { WireReading.filled($0.string("id")) }) { (cursor) throws(ProviderError) in
            let number = cursor.flatMap { Int($0) } ?? 0
            let place = [("page", String(number)), ("page_size", "100")]
            let page = try WireReading.object(try await transport.send(.init(path: path, query: query + place)))
            guard let objects = page.objects("data") else { throw WireReading.unreadable }
            let isEmpty = page.elements("data")?.isEmpty ?? true
            return .init(items: objects, next: isEmpty ? .end : .page(String(number + 1)))
        }
    }

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let job = MistralWire.job(try WireReading.object(reply), hours: hours) else {
            throw WireReading.unreadable
        }
        return job
    }
}
