public import LLMBatchCore

extension Provider {
    /// OpenRouter's Batch API.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil uses the model named in each body.
    ///   - baseURL: the address with its version; the service's own when nil.
    ///   - apiKey: `OPENROUTER_API_KEY` when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func openRouter(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.openRouter.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }
}

extension ProviderDefinition {
    static let openRouter = ProviderDefinition(.openRouter, address: "https://openrouter.ai/api/v1") {
        try OpenRouterBatchProvider($0, address: $1, key: $2)
    }
}
