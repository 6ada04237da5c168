import Foundation
public import LLMBatchCore
import NIOHTTP1

/// The Gemini Batch API (`batchGenerateContent`, `asyncBatchEmbedContent`), by file or with the requests in the create call.
///
/// Source: Gemini API reference, "Batch API" and "Files". The submission token travels in the display names of the file
/// and of the batch, so that both can be found again when an answer was lost. Answers of a job that expires are lost.
public struct GeminiBatchProvider: BatchProvider {
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
    let files: GeminiFiles
    private let version: String
    private let isInline: Bool
    private let isNative: Bool
    private let schemaField: GeminiSchemaField

    /// What the requests of one create call may weigh: the service takes less than 20 MB, frame and all.
    static let inlineBytes = 19_000_000
    /// How many requests are sent in one create call: their answers come in one piece as well.
    static let inlineRequests = 1000

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.gemini.options.keys.sorted())
        self.settings = settings
        account = ProviderAccount(
            provider: settings.name, baseURL: service.text, keyFingerprint: key?.fingerprint)
        version = options.string("api-version") ?? "v1beta"
        isInline = try options.flag("inline")
        isNative = try options.flag("native")
        schemaField = try options.word(GeminiSchemaField.option) ?? .auto
        let pacing = try Pacing(options)
        self.pacing = pacing
        transport = HTTPTransport(
            service: service,
            credential: key.map { KeyCredential(key: $0, header: "x-goog-api-key") } ?? NoCredential(),
            timeout: try options.seconds("timeout") ?? .seconds(60),
            failure: { ProviderError(google: $0, headers: $1, body: $2) })
        files = GeminiFiles(transport: transport, version: version, pause: pacing.firstPoll)
        var limits = try BatchLimits(.gemini, options)
        if isInline {
            limits.bytes = min(limits.bytes, Self.inlineBytes)
            limits.requests = min(limits.requests, Self.inlineRequests)
        }
        self.limits = limits
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard request.model ?? request.request.model != nil else {
            throw RequestRefusal(field: "model", "is missing: it stands in the address of the job")
        }
        let body = isNative ? Array(request.nativeBody) : try body(of: request)
        let id = JSONText.quoted(request.id)
        guard isInline else {
            return Array(#"{"key":"#.utf8) + id + Array(#","request":"#.utf8) + body + Array("}".utf8)
        }
        return Array(#"{"metadata":{"key":"#.utf8) + id + Array(#"},"request":"#.utf8) + body + Array("}".utf8)
    }

    private func body(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try request.request.endpoint == .embeddings
            ? GeminiEmbedding.body(of: request) : GeminiRequest.body(of: request, schema: schemaField)
    }

    public func upload(_ input: JobInput) async throws(ProviderError) -> String {
        isInline ? "" : try await files.upload(input)
    }

    public func findUpload(token: String, digest: JobInputDigest) async throws(ProviderError) -> String? {
        isInline ? nil : try await files.find(token: token, digest: digest)
    }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let input = submission.input
        guard let model = input.model else {
            throw ProviderError(.invalidRequest, delivery: .notSent, message: "the job has no model")
        }
        let name = JSONText.quoted(GoogleWire.namePrefix + input.token)
        let opening = Array(#"{"batch":{"displayName":"#.utf8) + name + Array(#","inputConfig":"#.utf8)
        let body: HTTPTransport.Body =
            isInline
            ? .stream(
                FramedInput(
                    input, type: "application/json", preamble: opening + Array(#"{"requests":{"requests":["#.utf8),
                    joint: .commas, epilogue: Array("]}}}}".utf8)))
            : .json(
                opening + Array(#"{"fileName":"#.utf8) + JSONText.quoted(submission.inputFileID) + Array("}}}".utf8))
        let verb = input.endpoint == .embeddings ? ":asyncBatchEmbedContent" : ":batchGenerateContent"
        let path = transport.service.path([version] + Self.path(ofModel: model)) + verb
        let reply: HTTPTransport.Reply
        do throws(ProviderError) {
            reply = try await transport.send(
                .init(method: .POST, target: .url(path), body: body, timeout: longestCall))
        } catch {
            throw error.refusing(jobOf: model)
        }
        return try job(try WireReading.object(reply))
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        let operation: JSONObject
        do { operation = try await self.operation(id) { _ in } } catch { throw ProviderError(transport: error) }
        return try job(operation)
    }

    public func jobs(like trace: JobTrace) async throws(ProviderError) -> [RemoteJob] {
        let list = GoogleListing(transport: transport).list(
            [version, "batches"], query: [("pageSize", "100")], member: "operations", of: "jobs")
        return try await list.jobs(of: trace, GeminiWire.job)
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        let address = transport.service.path([version] + GoogleWire.path(id, in: "batches")) + ":cancel"
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, target: .url(address), body: .json(Array("{}".utf8))))
        } catch {
            // A job that has ended cannot be cancelled, which is as good.
            guard error.kind != .invalidRequest else { return }
            throw error
        }
    }

    /// An operation without the answers that stand in it, which go to `receive` as they come in: they may be many times
    /// larger than what they answer.
    ///
    /// - Throws: ``ProviderError`` for the service's trouble; whatever `receive` throws.
    func operation(_ id: String, _ receive: ([[UInt8]]) async throws -> Void) async throws -> JSONObject {
        var splitter = ElementSplitter(arrays: GeminiWire.answers)
        let call = HTTPTransport.Call(path: [version] + GoogleWire.path(id, in: "batches"), timeout: longestCall)
        try await transport.stream(call) { chunk in
            let elements = splitter.elements(in: chunk)
            guard splitter.held <= HTTPTransport.largestAnswer else { throw WireReading.unreadable }
            if !elements.isEmpty { try await receive(elements) }
        }
        guard let rest = try? JSONObject(transport.credential.redacted(splitter.rest)) else {
            throw WireReading.unreadable
        }
        return rest
    }

    /// Calls that carry requests or answers are transfers.
    private var longestCall: Duration? { isInline ? GeminiFiles.longestTransfer : nil }

    private func job(_ operation: JSONObject) throws(ProviderError) -> RemoteJob {
        guard let job = GeminiWire.job(operation) else { throw WireReading.unreadable }
        return job
    }

    /// `gemini-2.5-flash` is `models/gemini-2.5-flash`; a tuned model's name says what it is.
    private static func path(ofModel model: String) -> [String] { GoogleWire.path(model, in: "models") }
}
