public import LLMBatchCore

extension Provider {
    /// DigitalOcean's batch inference, for models of OpenAI and of Anthropic.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies as they are.
    ///   - baseURL: the address without a version; the service's own when nil.
    ///   - apiKey: `MODEL_ACCESS_KEY`, else `GRADIENT_MODEL_ACCESS_KEY`, else `DIGITALOCEAN_TOKEN`, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func digitalOcean(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(name: "digitalocean", model: model, baseURL: baseURL, options: options)
        return try digitalOcean(settings, key: apiKey ?? ProviderDescription.digitalOcean.usualKey)
    }

    /// From stored settings.
    static func digitalOcean(_ settings: ProviderSettings) throws -> Provider {
        try digitalOcean(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func digitalOcean(_ settings: ProviderSettings, key: APIKeySource) throws -> Provider {
        try KeyedService(description: .digitalOcean, address: "https://inference.do-ai.run").provider(
            settings, key: key
        ) {
            Provider(try DigitalOceanBatchProvider($0, service: $1, key: $2))
        }
    }
}
