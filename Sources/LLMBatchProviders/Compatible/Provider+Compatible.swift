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
        let settings = ProviderSettings(
            name: service.description.name, model: model, baseURL: baseURL, options: options)
        return try compatible(service, settings, key: apiKey ?? service.description.usualKey)
    }

    /// From stored settings.
    static func compatible(_ service: CompatibleService, _ settings: ProviderSettings) throws -> Provider {
        try compatible(service, settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func compatible(
        _ service: CompatibleService, _ settings: ProviderSettings, key source: APIKeySource
    ) throws -> Provider {
        let variable = service.baseURLVariable
        return try KeyedService(
            description: service.description, address: service.baseURL,
            addressVariables: variable.map { [$0.name] } ?? [], addressSuffix: variable?.suffix ?? ""
        ).provider(settings, key: source) { settings, address, key in
            let transport = HTTPTransport(service: address, credential: key.credential, timeout: .seconds(60))
            let account = ProviderAccount(
                provider: settings.name, baseURL: address.text, keyFingerprint: key?.fingerprint)
            return Provider(
                try OpenAIBatchProvider(
                    settings, service.description, service.dialect, transport: transport, account: account))
        }
    }
}
