import Foundation
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
        let environment = ProcessInfo.processInfo.environment
        func filled(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let service = try ServiceURL(baseURL ?? filled("ANTHROPIC_BASE_URL") ?? anthropicBaseURL)
        let isToken = filled("ANTHROPIC_API_KEY") == nil && filled("ANTHROPIC_AUTH_TOKEN") != nil
        let source = apiKey ?? .environment(isToken ? "ANTHROPIC_AUTH_TOKEN" : "ANTHROPIC_API_KEY")
        let settings = ProviderSettings(
            name: "anthropic", model: model, baseURL: service.text == anthropicBaseURL ? nil : service.text,
            keySource: source.stored, options: options)
        let key = try APIKey.find(source, required: settings.baseURL == nil || apiKey != nil)
        let header = source.stored == "env:ANTHROPIC_AUTH_TOKEN" ? "authorization" : "x-api-key"
        return Provider(
            try AnthropicBatchProvider(
                settings, service: service,
                credential: key.map { KeyCredential(key: $0, header: header) } ?? NoCredential()))
    }

    private static let anthropicBaseURL = "https://api.anthropic.com"

    /// From stored settings.
    static func anthropic(_ settings: ProviderSettings) throws -> Provider {
        try .anthropic(
            model: settings.model, baseURL: settings.baseURL,
            apiKey: settings.keySource.map { APIKeySource(stored: $0) }, options: settings.options)
    }
}
