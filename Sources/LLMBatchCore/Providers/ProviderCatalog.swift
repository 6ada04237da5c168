/// Builds providers by name from stored settings, so that a batch can be resumed by a process that did not create it.
public struct ProviderCatalog: Sendable {
    /// Builds a provider; throws ``LLMBatchError`` (`keyRefused`, `invalidConfiguration`) when it cannot.
    public typealias Factory = @Sendable (ProviderSettings) throws -> Provider

    private var factories: [String: Factory]
    private var known: [String: ProviderDescription] = [:]

    public init(_ factories: [String: Factory] = [:]) { self.factories = factories }

    /// Creates a catalog of described providers.
    public init(_ entries: [(ProviderDescription, Factory)]) {
        self.init()
        for (description, factory) in entries { register(description, factory) }
    }

    /// The names of its providers, sorted.
    public var names: [String] { factories.keys.sorted() }

    /// The descriptions of its providers, sorted by name.
    public var descriptions: [ProviderDescription] { names.compactMap { known[$0] } }

    /// The description of a provider; nil for an unknown name or a provider without a description.
    public func description(of name: String) -> ProviderDescription? { known[name] }

    /// Registers a provider, replacing one with the same name.
    public mutating func register(_ name: String, _ factory: @escaping Factory) {
        factories[name] = factory
        known[name] = nil
    }

    /// Registers a described provider, replacing one with the same name.
    public mutating func register(_ description: ProviderDescription, _ factory: @escaping Factory) {
        factories[description.name] = factory
        known[description.name] = description
    }

    /// ` Did you mean "openai"?` for a misspelt name or an alias; otherwise empty.
    package func suggestion(for name: String) -> String {
        let aliases = known.values.filter { $0.aliases.contains(name.lowercased()) }.map(\.name).sorted()
        if let meant = aliases.first { return " Did you mean \"\(meant)\"?" }
        return Suggestion.words(for: name, among: names)
    }

    /// The settings that are kept from a portable file: the provider's name, its model and address, and the options in
    /// ``ProviderDescription/portableOptions``. The source of a key is never kept: a provider sends nothing with a
    /// credential that its user has not named.
    package func portable(_ settings: ProviderSettings) -> ProviderSettings {
        let allowed = known[settings.name]?.portableOptions ?? []
        return ProviderSettings(
            name: settings.name, model: settings.model, baseURL: settings.baseURL,
            options: settings.options.filter { allowed.contains($0.key) })
    }

    /// Builds the provider for these settings.
    ///
    /// - Throws: `invalidConfiguration` for an unknown name or an invalid setting, `keyRefused` for a missing key.
    public func provider(_ settings: ProviderSettings) throws -> Provider {
        guard let factory = factories[settings.name] else {
            throw LLMBatchError(
                .invalidConfiguration, "unknown provider \"\(settings.name)\".\(suggestion(for: settings.name))",
                remedy: Remedy("The providers are \(names.joined(separator: ", "))", .listProviders))
        }
        return try factory(settings)
    }
}
