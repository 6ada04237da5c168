public import LLMBatchCore

extension Provider {
    /// DigitalOcean's batch inference, for models of OpenAI and of Anthropic.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies unchanged.
    ///   - baseURL: the address without a version; the service's own when nil.
    ///   - apiKey: `MODEL_ACCESS_KEY`, else `GRADIENT_MODEL_ACCESS_KEY`, else `DIGITALOCEAN_TOKEN`, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func digitalOcean(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.digitalOcean.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }
}

extension ProviderDefinition {
    static let digitalOcean = ProviderDefinition(.digitalOcean, address: "https://inference.do-ai.run") {
        try DigitalOceanBatchProvider($0, address: $1, key: $2)
    }
}
