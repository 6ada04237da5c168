public import LLMBatchCore

extension Provider {
    /// xAI's Batch API.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil takes the one that each body names.
    ///   - baseURL: the address with its version; the service's own when nil.
    ///   - apiKey: `XAI_API_KEY` when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func xAI(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(name: "xai", model: model, baseURL: baseURL, options: options)
        return try xAI(settings, key: apiKey ?? ProviderDescription.xAI.usualKey)
    }

    /// From stored settings.
    static func xAI(_ settings: ProviderSettings) throws -> Provider {
        try xAI(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func xAI(_ settings: ProviderSettings, key: APIKeySource) throws -> Provider {
        try KeyedService(description: .xAI, address: "https://api.x.ai/v1").provider(settings, key: key) {
            Provider(try XAIBatchProvider($0, service: $1, key: $2))
        }
    }
}
