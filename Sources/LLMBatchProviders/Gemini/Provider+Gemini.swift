import Foundation
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
        let environment = ProcessInfo.processInfo.environment
        func filled(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let service = try ServiceURL(baseURL ?? filled("GOOGLE_GEMINI_BASE_URL") ?? geminiBaseURL)
        let standard = filled("GOOGLE_API_KEY") == nil && filled("GEMINI_API_KEY") != nil ? "GEMINI" : "GOOGLE"
        let source = apiKey ?? .environment("\(standard)_API_KEY")
        let settings = ProviderSettings(
            name: "gemini", model: model, baseURL: service.text == geminiBaseURL ? nil : service.text,
            keySource: source.stored, options: options)
        let key = try APIKey.find(source, required: settings.baseURL == nil || apiKey != nil)
        return Provider(try GeminiBatchProvider(settings, service: service, key: key))
    }

    private static let geminiBaseURL = "https://generativelanguage.googleapis.com"

    /// From stored settings.
    static func gemini(_ settings: ProviderSettings) throws -> Provider {
        try .gemini(
            model: settings.model, baseURL: settings.baseURL,
            apiKey: settings.keySource.map { APIKeySource(stored: $0) }, options: settings.options)
    }
}
