import Foundation
public import LLMBatchCore
import NIOHTTP1

/// Anthropic's Message Batches API: the requests travel in the create call, the answers come back as one stream.
///
/// Source: Anthropic API reference, "Message Batches". A batch carries nothing of ours but the ids of its requests, which
/// only its results show: a create call without an answer is cleared up when the jobs that may be meant have ended.
public struct AnthropicBatchProvider: BatchProvider {
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
    private let translation: AnthropicRequest?

    static let batches = ["v1", "messages", "batches"]
    /// The most that sending or reading a batch may take in all; a call that stands still is given up much sooner.
    static let longestTransfer: Duration = .seconds(4 * 3600)

    private static let preamble = Array(#"{"requests":["#.utf8)
    private static let epilogue = Array("]}".utf8)

    init(
        _ settings: ProviderSettings, service: ServiceURL, credential: any Credential
    ) throws {
        let options = try ProviderOptions(settings, known: ProviderDescription.anthropic.options.keys.sorted())
        self.settings = settings
        let workspace = options.string("workspace")
        account = ProviderAccount(
            provider: settings.name, baseURL: service.text, project: workspace,
            keyFingerprint: credential.fingerprint)
        let version = options.string("api-version") ?? AnthropicRequest.oldVersion
        var headers = [("anthropic-version", version)]
        if let beta = options.string("beta") { headers.append(("anthropic-beta", beta)) }
        if let workspace { headers.append(("anthropic-workspace-id", workspace)) }
        transport = HTTPTransport(
            service: service, credential: credential, headers: headers,
            timeout: try options.seconds("timeout") ?? .seconds(60),
            failure: { ProviderError(anthropic: $0, headers: $1, body: $2) })
        translation = try options.flag("native") ? nil : try AnthropicRequest(options, version: version)
        pacing = try Pacing(options)
        var limits = try BatchLimits(.anthropic, options)
        limits.bytes = min(limits.bytes, 256_000_000 - Self.preamble.count - Self.epilogue.count)
        self.limits = limits
    }

    public func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let params = try translation.map { (translation) throws(RequestRefusal) in try translation.body(of: request) }
        return Array(#"{"custom_id":"#.utf8) + JSONText.quoted(request.id) + Array(#","params":"#.utf8)
            + (params ?? request.nativeBody) + Array("}".utf8)
    }

    /// Nothing: the create call takes the requests.
    public func upload(_ input: JobInput) -> String { "" }

    public func findUpload(token: String, digest: JobInputDigest) -> String? { nil }

    public func create(_ submission: JobSubmission) async throws(ProviderError) -> RemoteJob {
        let body = FramedInput(
            submission.input, type: "application/json", preamble: Self.preamble, joint: .commas,
            epilogue: Self.epilogue)
        return try job(
            try await transport.send(
                .init(method: .POST, path: Self.batches, body: .stream(body), timeout: Self.longestTransfer)))
    }

    public func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try job(try await transport.send(.init(path: Self.batches + [id])))
    }

    public func cancel(_ id: String) async throws(ProviderError) {
        do throws(ProviderError) {
            _ = try await transport.send(.init(method: .POST, path: Self.batches + [id, "cancel"]))
        } catch {
            // A batch that has ended cannot be cancelled, which is as good.
            guard error.kind != .invalidRequest, error.statusCode != 409 else { return }
            throw error
        }
    }

    private func job(_ reply: HTTPTransport.Reply) throws(ProviderError) -> RemoteJob {
        guard let job = AnthropicWire.job(try WireReading.object(reply)) else { throw WireReading.unreadable }
        return job
    }
}
