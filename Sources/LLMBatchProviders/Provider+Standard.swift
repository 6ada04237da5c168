import Foundation
public import LLMBatchCore

extension Provider {
    /// The OpenAI Batch API, or a service that speaks it under another base URL.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies as they are.
    ///   - baseURL: with the version, without a path; `OPENAI_BASE_URL`, else OpenAI's own, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func openAI(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource = .environment("OPENAI_API_KEY"),
        options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(
            name: "openai", model: model, baseURL: baseURL, options: OpenAIIdentity.settled(options))
        return try KeyedService.openAI(.openAI).provider(settings, key: apiKey) { settings, service, key in
            let options = try ProviderOptions(settings, known: ProviderDescription.openAI.options.keys.sorted())
            let identity = OpenAIIdentity(options)
            let transport = HTTPTransport(
                service: service, credential: key.credential, headers: identity.headers, timeout: .seconds(60))
            return Provider(
                try OpenAIBatchProvider(
                    settings, .openAI, OpenAIDialect(expiry: .brackets), transport: transport,
                    account: identity.account(settings.name, service: service, key: key)))
        }
    }

    /// Any service that speaks the OpenAI API one request at a time.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies as they are.
    ///   - baseURL: with the version, without a path; `OPENAI_BASE_URL`, else OpenAI's own, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when OpenAI's own service is meant and there is no key, `invalidConfiguration`.
    public static func realtime(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource = .environment("OPENAI_API_KEY"),
        options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(
            name: "realtime", model: model, baseURL: baseURL, options: OpenAIIdentity.settled(options))
        return try KeyedService.openAI(.realtime).provider(settings, key: apiKey) {
            Provider(try OpenAIRealtimeProvider($0, service: $1, key: $2))
        }
    }

    /// No model: echoes deterministically, says so, and fails a share of requests when told to.
    ///
    /// - Parameter options: `fail-share` (0 to 1), `seed`, `latency-ms`, `concurrency`.
    /// - Throws: `invalidConfiguration` for settings that make no sense.
    public static func offline(options: [String: String] = [:]) throws -> Provider {
        Provider(try OfflineProvider(ProviderSettings(name: "offline", options: options)))
    }
}

extension KeyedService {
    /// OpenAI, or what `OPENAI_BASE_URL` names.
    fileprivate static func openAI(_ description: ProviderDescription) -> KeyedService {
        KeyedService(
            description: description, address: "https://api.openai.com/v1", addressVariables: ["OPENAI_BASE_URL"])
    }
}

extension ProviderCatalog {
    /// Every provider of this library, by the name it has on the command line.
    public static let standard = ProviderCatalog(
        own
            + CompatibleService.all.map { service in
                (service.description, { @Sendable settings in try .compatible(service, settings) })
            })

    private static let own: [(ProviderDescription, Factory)] = [
        (
            .openAI,
            { @Sendable settings in
                try .openAI(
                    model: settings.model, baseURL: settings.baseURL,
                    apiKey: try APIKeySource(stored: settings.keySource),
                    options: settings.options)
            }
        ),
        (
            .realtime,
            { @Sendable settings in
                try .realtime(
                    model: settings.model, baseURL: settings.baseURL,
                    apiKey: try APIKeySource(stored: settings.keySource),
                    options: settings.options)
            }
        ),
        (.anthropic, { @Sendable settings in try .anthropic(settings) }),
        (
            .vertexAI,
            { @Sendable settings in try .vertexAI(settings, environment: ProcessInfo.processInfo.environment) }
        ),
        (.azureOpenAI, { @Sendable settings in try .azureOpenAI(settings) }),
        (.openRouter, { @Sendable settings in try .openRouter(settings) }),
        (.xAI, { @Sendable settings in try .xAI(settings) }),
        (.digitalOcean, { @Sendable settings in try .digitalOcean(settings) }),
        (.fireworks, { @Sendable settings in try .fireworks(settings) }),
        (.gemini, { @Sendable settings in try .gemini(settings) }),
        (.bedrock, { @Sendable settings in try .bedrock(settings) }),
        (.mistral, { @Sendable settings in try .mistral(settings) }),
        (.offline, { @Sendable settings in Provider(try OfflineProvider(settings)) }),
    ]
}
