import Foundation
import LLMBatchCore
import NIOHTTP1

/// OpenRouter's Batch API: the create call carries the requests, and the job contains the answers.
///
/// Source: openrouter.ai/docs, "Batch API"; openrouter 1.3.84. A job has no metadata, and only its results show the ids of
/// its requests: a create call without an answer is resolved when the candidate jobs have ended.
struct OpenRouterBatchProvider: ServiceProvider {
    let service: ServiceClient
    /// The service creates a new job for every call.
    var isIdempotent: Bool { false }
    private let only: [String]

    private static let epilogue = Array("]}".utf8)

    init(_ settings: ProviderSettings, address: ServiceURL, key: APIKey?) throws {
        var service = try ServiceClient(settings, .openRouter, address, key: key)
        // The frame around the requests is short.
        service.limits.lower(bytes: 199_000_000)
        self.service = service
        only =
            service.options.string("only")?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try request.lineWithoutModel()
    }

    /// No upload: the create call carries the requests.
    func upload(_ input: ProviderJobInput) -> String { "" }

    func findUpload(token: String, digest: ProviderJobDigest) -> String? { nil }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        let body = FramedInput(
            submission.input, type: "application/json", preamble: try preamble(submission.input), joint: .commas,
            epilogue: Self.epilogue)
        return try await transport.job(
            .init(method: .POST, path: ["batches"], body: .stream(body), timeout: .longestTransfer), OpenAIWire.job)
    }

    /// The service parses the call as a stream, so the job's settings must precede its requests.
    private func preamble(_ input: ProviderJobInput) throws(ProviderError) -> [UInt8] {
        guard let model = input.model else {
            throw ProviderError.noModel
        }
        var text = Array(#"{"endpoint":"#.utf8) + JSONText.quoted(input.endpoint.rawValue)
        text += Array(#","model":"#.utf8) + JSONText.quoted(model) + Array(#","completion_window":"24h""#.utf8)
        if !only.isEmpty {
            text += Array(#","provider":{"only":"#.utf8) + JSONValue.array(only.map { .string($0) }).json
            text += Array("}".utf8)
        }
        return text + Array(#","requests":["#.utf8)
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        guard let job = OpenAIWire.job(try await read(id) { _ in }) else { throw WireReading.unreadable }
        return job
    }

    /// No effect: the service cannot cancel a job. Its answers are collected when it ends.
    func cancel(_ id: String) {}

    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        var reader = ResultElementReader(files, over: transport, decode: OpenAIResultLine.read)
        try await stream(files.jobID) { try await reader.read($0, receive) }
    }

    /// The job without its results, which are streamed to `receive`.
    func read(_ id: String, _ receive: ([UInt8]) throws -> Void) async throws(ProviderError) -> JSONObject {
        do {
            let rest = try await stream(id) { elements in for element in elements { try receive(element) } }
            return try JSONObject(transport.credential.redacted(rest))
        } catch let error as ProviderError {
            throw error
        } catch is JSONSyntaxError {
            throw WireReading.unreadable
        } catch {
            throw ProviderError(transport: error)
        }
    }

    @discardableResult
    private func stream(_ id: String, _ receive: ([[UInt8]]) async throws -> Void) async throws -> [UInt8] {
        var splitter = ElementSplitter(array: "results")
        try await transport.stream(.init(path: ["batches", id], timeout: .longestTransfer)) { chunk in
            let elements = splitter.elements(in: chunk)
            if !elements.isEmpty { try await receive(elements) }
        }
        return splitter.rest
    }
}
