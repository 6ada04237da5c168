public import LLMBatchCore

extension Provider {
    /// A service that implements OpenAI's Batch API: `.compatible(.groq)`.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies unchanged.
    ///   - baseURL: the address with its version; that of the environment, else the service's own, when nil.
    ///   - apiKey: the first of the service's own environment variables that holds a key, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func compatible(
        _ service: CompatibleService, model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil,
        options: [String: String] = [:]
    ) throws -> Provider {
        try service.definition.provider(model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }
}

extension CompatibleService {
    var definition: ProviderDefinition {
        ProviderDefinition(description) { settings, source in
            try KeyedService(
                description: description, address: baseURL,
                addressVariables: baseURLVariable.map { [$0.name] } ?? [],
                addressSuffix: baseURLVariable?.suffix ?? ""
            ).provider(settings, key: source) { settings, address, key in
                let transport = HTTPTransport(service: address, credential: key.credential, timeout: .seconds(60))
                let account = ProviderAccount(
                    provider: settings.name, baseURL: address.text, keyFingerprint: key?.fingerprint)
                return Provider(
                    try OpenAIBatchProvider(settings, description, dialect, transport: transport, account: account))
            }
        }
    }
}
