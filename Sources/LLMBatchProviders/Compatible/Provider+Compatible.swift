import Foundation
public import LLMBatchCore

extension Provider {
    /// A service that speaks OpenAI's Batch API in its own way: `.compatible(.groq)`.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies as they are.
    ///   - baseURL: the address with its version; that of the environment, else the service's own, when nil.
    ///   - apiKey: the first of the service's own environment variables that holds a key, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func compatible(
        _ service: CompatibleService, model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil,
        options: [String: String] = [:]
    ) throws -> Provider {
        let variable = service.baseURLVariable
        let environment = variable.flatMap { Environment.filled($0.name) }.map { text in
            text.hasSuffix("/") ? String(text.dropLast()) : text
        }
        let address = try ServiceURL(
            baseURL ?? environment.map { $0 + (variable?.suffix ?? "") } ?? service.baseURL)
        let source = apiKey ?? Environment.key(of: service.description)
        let settings = ProviderSettings(
            name: service.description.name, model: model, baseURL: address.text == service.baseURL ? nil : address.text,
            keySource: source.stored, options: options)
        let key = try APIKey.find(source, required: settings.baseURL == nil || apiKey != nil)
        let transport = HTTPTransport(service: address, credential: key.credential, timeout: .seconds(60))
        let account = ProviderAccount(
            provider: settings.name, baseURL: address.text, keyFingerprint: key?.fingerprint)
        return Provider(
            try OpenAIBatchProvider(
                settings, service.description, service.dialect, transport: transport, account: account))
    }

    /// From stored settings.
    static func compatible(_ service: CompatibleService, _ settings: ProviderSettings) throws -> Provider {
        try .compatible(
            service, model: settings.model, baseURL: settings.baseURL,
            apiKey: settings.keySource.map { APIKeySource(stored: $0) }, options: settings.options)
    }
}

enum Environment {
    /// What a variable holds, if anything.
    static func filled(_ name: String) -> String? {
        ProcessInfo.processInfo.environment[name].flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The first of a provider's own variables that holds something.
    static func key(of description: ProviderDescription) -> APIKeySource {
        guard let first = description.credentials.first else { return .none }
        return .environment(description.credentials.first { filled($0) != nil } ?? first)
    }
}
