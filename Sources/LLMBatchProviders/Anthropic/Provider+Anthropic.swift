public import LLMBatchCore

extension Provider {
    /// Anthropic's Message Batches API.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil uses the model named in each body.
    ///   - baseURL: the address without a version; `ANTHROPIC_BASE_URL`, else Anthropic's own, when nil.
    ///   - apiKey: `ANTHROPIC_API_KEY`, else `ANTHROPIC_AUTH_TOKEN` (sent as a bearer token), when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func anthropic(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.anthropic.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }
}

extension ProviderDefinition {
    static let anthropic = ProviderDefinition(.anthropic) { settings, source in
        var settings = settings
        settings.options = settings.options.filling("workspace", from: "ANTHROPIC_WORKSPACE_ID")
        return try KeyedService(
            description: .anthropic, address: "https://api.anthropic.com", addressVariables: ["ANTHROPIC_BASE_URL"]
        ).provider(settings, key: source) { settings, address, key in
            // This variable holds a bearer token, not an API key.
            let header = source == .environment("ANTHROPIC_AUTH_TOKEN") ? "authorization" : "x-api-key"
            let credential: any Credential = key.map { KeyCredential(key: $0, header: header) } ?? NoCredential()
            return Provider(try AnthropicBatchProvider(settings, address: address, credential: credential))
        }
    }
}
