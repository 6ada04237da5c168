import Foundation
import LLMBatchCore
import NIOHTTP1

/// The Gemini Batch API (`batchGenerateContent`, `asyncBatchEmbedContent`), with a file or with inline requests.
///
/// Source: Gemini API reference, "Batch API" and "Files". The display names of the file and of the batch contain the
/// submission token, so that both can be found after a lost answer. Answers of a job that expires are lost.
struct GeminiBatchProvider: ServiceProvider {
    let service: ServiceClient
    /// The service creates a new job for every call.
    var isIdempotent: Bool { false }
    let files: GeminiFiles
    private let version: String
    private let isInline: Bool
    private let isNative: Bool
    private let schemaField: GeminiSchemaField

    /// The size limit of inline requests: the service accepts less than 20 MB with the frame.
    static let inlineBytes = 19_000_000
    /// The number of inline requests: their answers are inline too.
    static let inlineRequests = 1000

    init(_ settings: ProviderSettings, address: ServiceURL, key: APIKey?) throws {
        var service = try ServiceClient(
            settings, .gemini, address, key: key, header: "x-goog-api-key",
            failure: ProviderError.init(google:headers:body:))
        version = service.options.string("api-version") ?? "v1beta"
        isInline = try service.options.flag("inline")
        isNative = try service.options.flag("native")
        schemaField = try service.options.word(GeminiSchemaField.option) ?? .auto
        files = GeminiFiles(transport: service.transport, version: version, pause: service.pacing.firstPoll)
        if isInline {
            service.limits.lower(requests: Self.inlineRequests, bytes: Self.inlineBytes)
        }
        self.service = service
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard request.model ?? request.request.model != nil else {
            throw RequestRefusal(field: "model", "is missing: the URL of the job contains it")
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

    func upload(_ input: ProviderJobInput) async throws(ProviderError) -> String {
        isInline ? "" : try await files.upload(input)
    }

    func findUpload(token: String, digest: ProviderJobDigest) async throws(ProviderError) -> String? {
        isInline ? nil : try await files.find(token: token, digest: digest)
    }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        let input = submission.input
        guard let model = input.model else {
            throw ProviderError.noModel
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

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        let operation: JSONObject
        do { operation = try await self.operation(id) { _ in } } catch { throw ProviderError(transport: error) }
        return try job(operation)
    }

    func jobs(matching trace: ProviderJobFingerprint) async throws(ProviderError) -> [RemoteJob] {
        let list = GoogleListing(transport: transport).list(
            [version, "batches"], query: [("pageSize", "100")], member: "operations", of: "jobs")
        return try await list.jobs(of: trace, GeminiWire.job)
    }

    func cancel(_ id: String) async throws(ProviderError) {
        let address = transport.service.path([version] + GoogleWire.path(id, in: "batches")) + ":cancel"
        try await transport.cancel(.init(method: .POST, target: .url(address), body: .json(Array("{}".utf8)))) {
            $0.kind == .invalidRequest
        }
    }

    /// An operation without its inline answers, which are streamed to `receive`: they may be many times larger than the
    /// requests.
    ///
    /// - Throws: ``ProviderError`` when the call fails; whatever `receive` throws.
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

    /// The time limit of calls that carry requests or answers.
    private var longestCall: Duration? { isInline ? .longestTransfer : nil }

    private func job(_ operation: JSONObject) throws(ProviderError) -> RemoteJob {
        guard let job = GeminiWire.job(operation) else { throw WireReading.unreadable }
        return job
    }

    /// `gemini-2.5-flash` is `models/gemini-2.5-flash`; a tuned model's name includes its collection.
    private static func path(ofModel model: String) -> [String] { GoogleWire.path(model, in: "models") }
}
