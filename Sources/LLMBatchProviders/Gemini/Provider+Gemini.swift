public import LLMBatchCore

extension Provider {
    /// The Gemini Batch API of Google AI Studio; for Google Cloud see ``vertexAI(model:bucket:project:location:baseURL:credential:options:)``.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil uses the model named in each body.
    ///   - baseURL: the address without a version; `GOOGLE_GEMINI_BASE_URL`, else Google's own, when nil.
    ///   - apiKey: `GOOGLE_API_KEY`, else `GEMINI_API_KEY`, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func gemini(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.gemini.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }
}

extension ProviderDefinition {
    static let gemini = ProviderDefinition(
        .gemini, address: "https://generativelanguage.googleapis.com", variables: ["GOOGLE_GEMINI_BASE_URL"]
    ) {
        try GeminiBatchProvider($0, address: $1, key: $2)
    }
}
