import Foundation
import LLMBatchCore
import NIOHTTP1

/// Anthropic's Message Batches API: the create call carries the requests, and the answers are one stream.
///
/// Source: Anthropic API reference, "Message Batches". A batch has no metadata, and only its results show the ids of its
/// requests: a create call without an answer is resolved when the candidate jobs have ended.
struct AnthropicBatchProvider: ServiceProvider {
    let service: ServiceClient
    /// The service creates a new job for every call.
    var isIdempotent: Bool { false }
    private let translation: AnthropicRequest?

    static let batches = ["v1", "messages", "batches"]

    private static let preamble = Array(#"{"requests":["#.utf8)
    private static let epilogue = Array("]}".utf8)

    init(_ settings: ProviderSettings, address: ServiceURL, credential: any Credential) throws {
        let options = try ProviderOptions(settings, of: .anthropic)
        let workspace = options.string("workspace")
        let version = options.string("api-version") ?? AnthropicRequest.oldVersion
        var headers = [("anthropic-version", version)]
        if let beta = options.string("beta") { headers.append(("anthropic-beta", beta)) }
        if let workspace { headers.append(("anthropic-workspace-id", workspace)) }
        var service = try ServiceClient(
            settings, .anthropic,
            account: ProviderAccount(
                provider: settings.name, baseURL: address.text, project: workspace,
                keyFingerprint: credential.fingerprint),
            transport: HTTPTransport(
                service: address, credential: credential, headers: headers, timeout: .seconds(60),
                failure: ProviderError.init(anthropic:headers:body:)))
        service.limits.lower(bytes: 256_000_000 - Self.preamble.count - Self.epilogue.count)
        self.service = service
        translation = try options.flag("native") ? nil : try AnthropicRequest(options, version: version)
    }

    func inputLine(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let params = try translation.map { (translation) throws(RequestRefusal) in try translation.body(of: request) }
        return Array(#"{"custom_id":"#.utf8) + JSONText.quoted(request.id) + Array(#","params":"#.utf8)
            + (params ?? request.nativeBody) + Array("}".utf8)
    }

    /// No upload: the create call carries the requests.
    func upload(_ input: ProviderJobInput) -> String { "" }

    func findUpload(token: String, digest: ProviderJobDigest) -> String? { nil }

    func create(_ submission: ProviderJobSubmission) async throws(ProviderError) -> RemoteJob {
        let body = FramedInput(
            submission.input, type: "application/json", preamble: Self.preamble, joint: .commas,
            epilogue: Self.epilogue)
        return try await transport.job(
            .init(method: .POST, path: Self.batches, body: .stream(body), timeout: .longestTransfer),
            AnthropicWire.job)
    }

    func job(_ id: String) async throws(ProviderError) -> RemoteJob {
        try await transport.job(.init(path: Self.batches + [id]), AnthropicWire.job)
    }

    func cancel(_ id: String) async throws(ProviderError) {
        try await transport.cancel(.init(method: .POST, path: Self.batches + [id, "cancel"]))
    }

    func results(of files: RemoteJobFiles, _ receive: ResultReceiver) async throws {
        var reader = ResultFileReader(files, over: transport, decode: AnthropicResultLine.read)
        try await reader.read(
            "output",
            with: .init(target: address(files.outputFileID, of: files.jobID), timeout: .longestTransfer), receive)
    }

    /// The address of a job's results: the one the service names if it is on the service's own host, else the usual one.
    ///
    /// Behind a proxy, the named address is Anthropic's, where a key for the proxy is not valid.
    func address(_ named: String?, of id: String) -> HTTPTransport.Target {
        if let named, transport.service.isOrigin(of: named) { return .url(named) }
        return .path(Self.batches + [id, "results"])
    }
}
