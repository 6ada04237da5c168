import Foundation
public import LLMBatchCore

extension Provider {
    /// The OpenAI Batch API, or a service that speaks it under another base URL.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies unchanged.
    ///   - baseURL: with the version, without a path; `OPENAI_BASE_URL`, else OpenAI's own, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func openAI(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource = .environment("OPENAI_API_KEY"),
        options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.openAI.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }

    /// Any service that speaks the OpenAI API one request at a time.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies unchanged.
    ///   - baseURL: with the version, without a path; `OPENAI_BASE_URL`, else OpenAI's own, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the address is OpenAI's own and the key is missing, `invalidConfiguration`.
    public static func realtime(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource = .environment("OPENAI_API_KEY"),
        options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.realtime.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }

    /// No model: echoes each request deterministically, marks the answer as an echo, and can fail a share of requests.
    ///
    /// - Parameter options: `fail-share` (0 to 1), `seed`, `latency-ms`, `concurrency`.
    /// - Throws: `invalidConfiguration` for invalid settings.
    public static func offline(options: [String: String] = [:]) throws -> Provider {
        try ProviderDefinition.offline.provider(options: options)
    }
}

extension ProviderDefinition {
    static let openAI = ProviderDefinition(.openAI) { settings, key in
        try KeyedService.openAI(.openAI).provider(OpenAIIdentity.settled(settings), key: key) {
            settings, address, key in
            let identity = OpenAIIdentity(try ProviderOptions(settings, of: .openAI))
            let transport = HTTPTransport(
                service: address, credential: key.credential, headers: identity.headers, timeout: .seconds(60))
            return Provider(
                try OpenAIBatchProvider(
                    settings, .openAI, OpenAIDialect(expiry: .brackets), transport: transport,
                    account: identity.account(settings.name, service: address, key: key)))
        }
    }

    static let realtime = ProviderDefinition(.realtime) { settings, key in
        try KeyedService.openAI(.realtime).provider(OpenAIIdentity.settled(settings), key: key) {
            Provider(try OpenAIRealtimeProvider($0, service: $1, key: $2))
        }
    }

    static let offline = ProviderDefinition(.offline) { settings, _ in Provider(try OfflineProvider(settings)) }

    /// Every provider except ``CompatibleService`` and those whose credentials are not a key.
    fileprivate static let keyed: [ProviderDefinition] = [
        .openAI, .realtime, .anthropic, .azureOpenAI, .openRouter, .xAI, .digitalOcean, .fireworks, .gemini, .mistral,
        .offline,
    ]
}

extension KeyedService {
    /// OpenAI, or the service that `OPENAI_BASE_URL` names.
    fileprivate static func openAI(_ description: ProviderDescription) -> KeyedService {
        KeyedService(
            description: description, address: "https://api.openai.com/v1", addressVariables: ["OPENAI_BASE_URL"])
    }
}

extension ProviderCatalog {
    /// Every provider of this library, by its name on the command line.
    public static let standard: ProviderCatalog = {
        var catalog = ProviderCatalog()
        for definition in ProviderDefinition.keyed + CompatibleService.all.map(\.definition) {
            catalog.register(definition.description) { try definition.provider(stored: $0) }
        }
        catalog.register(.vertexAI) { try .vertexAI($0, environment: ProcessInfo.processInfo.environment) }
        catalog.register(.bedrock) { try .bedrock($0) }
        return catalog
    }()
}
