import Foundation
public import LLMBatchCore
import NIOHTTP1

/// The OpenAI Batch API, and every service that speaks it, each with its own ways (``OpenAIDialect``).
///
/// Source: OpenAI API reference, Files and Batches; the references and clients of the other services. The submission token
/// travels in the file's name and, where the service keeps it, in the batch's metadata, so that both can be found again
/// when an answer was lost.
public struct OpenAIBatchProvider: BatchProvider {
    /// Its settings, without secrets.
    public let settings: ProviderSettings
    /// The account it works for.
    public let account: ProviderAccount
    /// What it takes.
    public let limits: BatchLimits
    /// How long to wait between calls.
    public let pacing: Pacing
    private let transport: HTTPTransport
    private let dialect: OpenAIDialect
    private let files: OpenAIFiles
    private let window: String
    private let lifetime: Int?

    /// - Parameters:
    ///   - transport: to the service, with its time-out not yet set.
    init(
        _ settings: ProviderSettings, _ description: ProviderDescription, _ dialect: OpenAIDialect,
        transport: HTTPTransport, account: ProviderAccount
    ) throws {
        let options = try ProviderOptions(settings, known: description.options.keys.sorted())
        self.settings = settings
        self.account = account
        self.dialect = dialect
        var transport = transport
        transport.timeout = try options.seconds("timeout") ?? .seconds(60)
        transport.wantsVersion = true
        self.transport = transport
        let limits = try BatchLimits(description, options)
        if description.options["schema-form"] == nil {
            self.limits = limits
        } else {
            // Of the services in the table it is known that they take OpenAI's form; of other addresses, nothing is.
            let isOpenAI = description.name == "openai"
            self.limits = limits.asking(
                try SchemaOptions.asking(
                    options, isStrict: !isOpenAI || SchemaOptions.isOpenAI(account.baseURL), countsRows: isOpenAI))
        }
        pacing = try Pacing(options)
        lifetime = try options.integer("expires-after", in: dialect.lifetimes)
        files = OpenAIFiles(transport: transport, dialect: dialect, pause: pacing.firstPoll, lifetime: lifetime)
        window = options.string("completion-window") ?? "24h"
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try OpenAIInputLine(form: dialect.line, root: dialect.root, takesOtherURLs: dialect.takesOtherURLs)
            .bytes(of: request)
    }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String { try await files.upload(input) }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        try await files.find(token: token, digest: digest)
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let input = submission.input
        var body: [String: JSONValue] = [
            "input_file_id": .string(submission.inputFileID),
            "endpoint": .string(OpenAIInputLine.path(input.endpoint, root: dialect.root)),
            "completion_window": .string(window),
        ]
        if dialect.keepsMetadata {
            body["metadata"] = [
                OpenAIWire.tokenKey: .string(input.token), OpenAIWire.batchKey: .string(input.job.batch.rawValue),
            ]
        }
        if let lifetime, dialect.expiry != nil {
            body["output_expires_after"] = ["anchor": "created_at", "seconds": .integer(lifetime)]
        }
        let headers = dialect.idempotencyHeader.map { [($0, input.token)] } ?? []
        let reply = try await transport.send(
            .init(method: .POST, path: ["batches"], body: .json(JSONValue.object(body).json), headers: headers))
        return try job(reply, in: dialect.wrapper)
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: ["batches", id])))
    }

    public var isIdempotent: Bool { dialect.idempotencyHeader != nil }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        let list = OpenAIListing(transport: transport).list(["batches"], limit: dialect.page, of: "jobs")
        return try await list.jobs(of: trace, OpenAIWire.job)
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, path: ["batches", id, "cancel"]))
        } catch {
            // A batch that has ended cannot be cancelled, which is as good.
            guard error.kind != .invalidRequest, error.statusCode != 409 else { return }
            throw error
        }
    }

    public func results(
        of job: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = job.collected
        for (name, id) in [("output", job.outputFileID), ("error", job.errorFileID)] {
            guard let id else { continue }
            var reader = ResultLines(
                name: name, from: progress[name], idKey: "custom_id", credential: transport.credential
            ) {
                OpenAIResultLine.read($0, source: $1, endpoint: job.endpoint)
            }
            try await files.download(id, from: progress[name].bytes) { chunk in
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

    private func job(_ reply: HTTPTransport.Reply, in wrapper: String? = nil) throws(ProviderError) -> RemoteJob {
        guard let answer = try? JSONObject(reply.body),
            let job = OpenAIWire.job(wrapper.flatMap { answer.object($0) } ?? answer)
        else { throw WireReading.unreadable }
        return job
    }
}
