public import LLMBatchCore

extension Provider {
    /// OpenRouter's Batch API.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil takes the one that each body names.
    ///   - baseURL: the address with its version; the service's own when nil.
    ///   - apiKey: `OPENROUTER_API_KEY` when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func openRouter(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(name: "openrouter", model: model, baseURL: baseURL, options: options)
        return try openRouter(settings, key: apiKey ?? ProviderDescription.openRouter.usualKey)
    }

    /// From stored settings.
    static func openRouter(_ settings: ProviderSettings) throws -> Provider {
        try openRouter(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func openRouter(_ settings: ProviderSettings, key: APIKeySource) throws -> Provider {
        try KeyedService(description: .openRouter, address: "https://openrouter.ai/api/v1").provider(settings, key: key)
        {
            Provider(try OpenRouterBatchProvider($0, service: $1, key: $2))
        }
    }
}
