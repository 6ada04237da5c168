import LLMBatchCore

/// One provider of the catalog: what is known of it, and how it is built.
struct ProviderDefinition: Sendable {
    let description: ProviderDescription
    /// Builds the provider from its settings and the source of its key, which the settings need not repeat.
    let build: @Sendable (ProviderSettings, APIKeySource) throws -> Provider

    /// A new provider, with its key from the usual variable unless another source is given.
    ///
    /// - Throws: `keyRefused` without a key, `invalidConfiguration` for invalid settings.
    func provider(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil, options: [String: String]
    ) throws -> Provider {
        try build(
            ProviderSettings(name: description.name, model: model, baseURL: baseURL, options: options),
            apiKey ?? description.usualKey)
    }

    /// The provider of stored settings.
    func provider(stored settings: ProviderSettings) throws -> Provider {
        try build(settings, try APIKeySource(stored: settings.keySource))
    }

    init(
        _ description: ProviderDescription,
        build: @escaping @Sendable (ProviderSettings, APIKeySource) throws -> Provider
    ) {
        self.description = description
        self.build = build
    }

    /// A service at a known address that a key opens.
    ///
    /// - Parameters:
    ///   - variables: environment variables that override the address.
    ///   - build: takes the settings to be stored, the address and the key.
    init(
        _ description: ProviderDescription, address: String, variables: [String] = [],
        build: @escaping @Sendable (ProviderSettings, ServiceURL, APIKey?) throws -> any BatchProvider
    ) {
        self.init(description) { settings, key in
            try KeyedService(description: description, address: address, addressVariables: variables)
                .provider(settings, key: key) { Provider(try build($0, $1, $2)) }
        }
    }
}
