import Foundation
public import LLMBatchCore
import NIOHTTP1

/// OpenRouter's Batch API: the requests travel in the create call, the answers come back within the job.
///
/// Source: openrouter.ai/docs, "Batch API"; openrouter 1.3.84. A job carries nothing of ours but the ids of its requests,
/// which only its results show: a create call without an answer is cleared up when the jobs that may be meant have ended.
public struct OpenRouterBatchProvider: BatchProvider {
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
    private let only: [String]

    /// The most that sending or reading a job may take in all; a call that stands still is given up much sooner.
    private static let longestTransfer: Duration = .seconds(4 * 3600)
    private static let epilogue = Array("]}".utf8)

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.openRouter.options.keys.sorted())
        self.settings = settings
        account = ProviderAccount(provider: settings.name, baseURL: service.text, keyFingerprint: key?.fingerprint)
        transport = HTTPTransport(
            service: service, credential: key.credential, timeout: try options.seconds("timeout") ?? .seconds(60))
        only = options.string("only")?.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) } ?? []
        pacing = try Pacing(options)
        var limits = try BatchLimits(.openRouter, options)
        // What stands around the requests is short.
        limits.bytes = min(limits.bytes, 199_000_000)
        self.limits = limits
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try request.lineWithoutModel()
    }

    /// Nothing: the create call takes the requests.
    public func upload(_ input: JobInput) -> String { "" }

    public func findUpload(token: String, digest: JobInputDigest) -> String? { nil }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let body = FramedInput(
            submission.input, type: "application/json", preamble: try preamble(submission.input), joint: .commas,
            epilogue: Self.epilogue)
        let reply = try await transport.send(
            .init(method: .POST, path: ["batches"], body: .stream(body), timeout: Self.longestTransfer))
        guard let job = OpenAIWire.job(try WireReading.object(reply)) else { throw WireReading.unreadable }
        return job
    }

    /// The service reads the call as it comes in: what is said of the job must stand before its requests.
    private func preamble(_ input: JobInput) throws(ProviderError) -> [UInt8] {
        guard let model = input.model else {
            throw ProviderError(.invalidRequest, delivery: .notSent, message: "the job has no model")
        }
        var text = Array(#"{"endpoint":"#.utf8) + JSONText.quoted(input.endpoint.rawValue)
        text += Array(#","model":"#.utf8) + JSONText.quoted(model) + Array(#","completion_window":"24h""#.utf8)
        if !only.isEmpty {
            text += Array(#","provider":{"only":"#.utf8) + JSONValue.array(only.map { .string($0) }).json
            text += Array("}".utf8)
        }
        return text + Array(#","requests":["#.utf8)
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        guard let job = OpenAIWire.job(try await read(id) { _ in }) else { throw WireReading.unreadable }
        return job
    }

    /// Nothing: the service cannot cancel a job, and what it answers is collected when it has ended.
    public func cancel(_ id: String) {}

    public func results(
        of files: RemoteJobFiles, _ receive: ([ReceivedLine], CollectionProgress) async throws -> Void
    ) async throws {
        var progress = files.collected
        var number = 0
        try await stream(files.jobID) { elements in
            var lines: [ReceivedLine] = []
            for element in elements {
                number += 1
                guard number > files.collected["output"].lines else { continue }
                lines.append(
                    OpenAIResultLine.read(
                        transport.credential.redacted(JSONText.onOneLine(element)),
                        source: ResultSource(file: "output", line: number), endpoint: files.endpoint))
            }
            guard !lines.isEmpty else { return }
            progress["output"] = .init(bytes: number, lines: number)
            try await receive(lines, progress)
        }
    }

    /// What is said of a job; its results go to `receive` as they come in.
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
        try await transport.stream(.init(path: ["batches", id], timeout: Self.longestTransfer)) { chunk in
            let elements = splitter.elements(in: chunk)
            if !elements.isEmpty { try await receive(elements) }
        }
        return splitter.rest
    }
}
