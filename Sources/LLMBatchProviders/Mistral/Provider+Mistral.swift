public import LLMBatchCore

extension Provider {
    /// Mistral's batch jobs.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil uses the model named in each body.
    ///   - baseURL: the address without a version, such as that of a region; Mistral's own when nil.
    ///   - apiKey: `MISTRAL_API_KEY` when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func mistral(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.mistral.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }
}

extension ProviderDefinition {
    static let mistral = ProviderDefinition(.mistral, address: "https://api.mistral.ai") {
        try MistralBatchProvider($0, address: $1, key: $2)
    }
}
