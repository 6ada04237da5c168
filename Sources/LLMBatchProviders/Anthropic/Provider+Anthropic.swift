public import LLMBatchCore

extension Provider {
    /// Anthropic's Message Batches API.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil takes the one that each body names.
    ///   - baseURL: the address without a version; `ANTHROPIC_BASE_URL`, else Anthropic's own, when nil.
    ///   - apiKey: `ANTHROPIC_API_KEY`, else `ANTHROPIC_AUTH_TOKEN`, when nil. What comes from the latter is sent as a bearer token.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func anthropic(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(name: "anthropic", model: model, baseURL: baseURL, options: options)
        return try anthropic(settings, key: apiKey ?? ProviderDescription.anthropic.usualKey)
    }

    /// From stored settings.
    static func anthropic(_ settings: ProviderSettings) throws -> Provider {
        try anthropic(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func anthropic(_ settings: ProviderSettings, key source: APIKeySource) throws -> Provider {
        var settings = settings
        settings.options = settings.options.filling("workspace", from: "ANTHROPIC_WORKSPACE_ID")
        return try KeyedService(
            description: .anthropic, address: "https://api.anthropic.com", addressVariables: ["ANTHROPIC_BASE_URL"]
        ).provider(settings, key: source) { settings, service, key in
            // What that variable holds is a token of another kind, and travels as one.
            let header = source == .environment("ANTHROPIC_AUTH_TOKEN") ? "authorization" : "x-api-key"
            let credential: any Credential = key.map { KeyCredential(key: $0, header: header) } ?? NoCredential()
            return Provider(try AnthropicBatchProvider(settings, service: service, credential: credential))
        }
    }
}
