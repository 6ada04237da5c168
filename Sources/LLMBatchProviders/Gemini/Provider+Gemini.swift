public import LLMBatchCore

extension Provider {
    /// The Gemini Batch API of Google AI Studio; for Google Cloud see ``vertexAI(model:bucket:project:location:baseURL:credential:options:)``.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil takes the one that each body names.
    ///   - baseURL: the address without a version; `GOOGLE_GEMINI_BASE_URL`, else Google's own, when nil.
    ///   - apiKey: `GOOGLE_API_KEY`, else `GEMINI_API_KEY`, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func gemini(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(name: "gemini", model: model, baseURL: baseURL, options: options)
        return try gemini(settings, key: apiKey ?? ProviderDescription.gemini.usualKey)
    }

    /// From stored settings.
    static func gemini(_ settings: ProviderSettings) throws -> Provider {
        try gemini(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func gemini(_ settings: ProviderSettings, key: APIKeySource) throws -> Provider {
        try KeyedService(
            description: .gemini, address: "https://generativelanguage.googleapis.com",
            addressVariables: ["GOOGLE_GEMINI_BASE_URL"]
        ).provider(settings, key: key) { Provider(try GeminiBatchProvider($0, service: $1, key: $2)) }
    }
}
