import LLMBatchCore
import NIOHTTP1

/// An OpenAI-compatible service that answers one request at a time: a cloud, or a local Ollama, llama.cpp or vLLM.
struct OpenAIRealtimeProvider: RealtimeProvider {
    let settings: ProviderSettings
    let account: ProviderAccount
    let limits: RealtimeLimits
    private let transport: HTTPTransport

    init(_ settings: ProviderSettings, service: ServiceURL, key: APIKey?) throws {
        let options = try ProviderOptions(settings, of: .realtime)
        self.settings = settings
        let identity = OpenAIIdentity(options)
        account = identity.account(settings.name, service: service, key: key)
        transport = HTTPTransport(
            service: service, credential: key.credential, headers: identity.headers, wantsVersion: true,
            timeout: try options.seconds("timeout") ?? .seconds(600))
        let standard = RealtimeLimits()
        limits = RealtimeLimits(
            concurrency: try options.integer("concurrency") ?? standard.concurrency,
            requestsPerMinute: try options.integer("requests-per-minute"),
            tokensPerMinute: try options.integer("tokens-per-minute"),
            maximumTries: try options.integer("max-tries") ?? standard.maximumTries,
            firstBackoff: try options.seconds("backoff") ?? standard.firstBackoff,
            asking: try SchemaOptions.asking(options, isStrict: SchemaOptions.isOpenAI(service.text), countsRows: true))
    }

    func answer(_ outgoing: OutgoingRequest) async throws(ProviderError) -> RealtimeAnswer {
        let request = outgoing.request
        // The base URL includes the version.
        let path = request.endpoint.rawValue.split(separator: "/").map(String.init).drop { $0 == "v1" }
        let reply = try await transport.send(
            .init(
                method: .POST, path: Array(path), body: .json(Array(request.body(model: outgoing.model))),
                headers: [("X-Client-Request-Id", ServiceURL.encoded(String(request.customID.rawValue.prefix(150))))]))
        return RealtimeAnswer(statusCode: reply.status, requestID: reply.requestID, body: reply.body)
    }
}
