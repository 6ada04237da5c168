public import LLMBatchCore

extension Provider {
    /// Mistral's batch jobs.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil takes the one that each body names.
    ///   - baseURL: the address without a version, such as that of a region; Mistral's own when nil.
    ///   - apiKey: `MISTRAL_API_KEY` when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func mistral(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(name: "mistral", model: model, baseURL: baseURL, options: options)
        return try mistral(settings, key: apiKey ?? ProviderDescription.mistral.usualKey)
    }

    /// From stored settings.
    static func mistral(_ settings: ProviderSettings) throws -> Provider {
        try mistral(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func mistral(_ settings: ProviderSettings, key: APIKeySource) throws -> Provider {
        try KeyedService(description: .mistral, address: "https://api.mistral.ai").provider(settings, key: key) {
            Provider(try MistralBatchProvider($0, service: $1, key: $2))
        }
    }
}
