/// Builds providers from stored settings, by name, so that a batch can go on in a process that did not make it.
public struct ProviderCatalog: Sendable {
    /// Builds a provider; throws ``LLMBatchError`` (`keyRefused`, `invalidConfiguration`) when it cannot.
    public typealias Factory = @Sendable (ProviderSettings) throws -> Provider

    private var factories: [String: Factory]
    private var known: [String: ProviderDescription] = [:]

    /// Makes one of its parts.
    public init(_ factories: [String: Factory] = [:]) { self.factories = factories }

    /// A catalog of described providers.
    public init(_ entries: [(ProviderDescription, Factory)]) {
        self.init()
        for (description, factory) in entries { register(description, factory) }
    }

    /// The names it knows, in order.
    public var names: [String] { factories.keys.sorted() }

    /// What is known of its providers, in the order of their names.
    public var descriptions: [ProviderDescription] { names.compactMap { known[$0] } }

    /// What is known of a provider; nil for one without a description, and for a name that is unknown.
    public func description(of name: String) -> ProviderDescription? { known[name] }

    /// Adds a provider, in place of one of the same name.
    public mutating func register(_ name: String, _ factory: @escaping Factory) {
        factories[name] = factory
        known[name] = nil
    }

    /// Adds a described provider, in place of one of the same name.
    public mutating func register(_ description: ProviderDescription, _ factory: @escaping Factory) {
        factories[description.name] = factory
        known[description.name] = description
    }

    /// ` Did you mean "openai"?` for a name that is nearly one, or another word for one; else nothing.
    package func suggestion(for name: String) -> String {
        let aliases = known.values.filter { $0.aliases.contains(name.lowercased()) }.map(\.name).sorted()
        if let meant = aliases.first { return " Did you mean \"\(meant)\"?" }
        return Suggestion.words(for: name, among: names)
    }

    /// What a batch takes over of settings that came in a portable file: the provider by name, its model and address, and
    /// the options that its description lists as ``ProviderDescription/portableOptions``. Never where a key comes from: a
    /// provider sends nothing with a credential that its user has not named.
    public func portable(_ settings: ProviderSettings) -> ProviderSettings {
        let allowed = known[settings.name]?.portableOptions ?? []
        return ProviderSettings(
            name: settings.name, model: settings.model, baseURL: settings.baseURL,
            options: settings.options.filter { allowed.contains($0.key) })
    }

    /// The provider of these settings.
    ///
    /// - Throws: `invalidConfiguration` for an unknown name or setting, `keyRefused` for a key that is not there.
    public func provider(_ settings: ProviderSettings) throws -> Provider {
        guard let factory = factories[settings.name] else {
            throw LLMBatchError(
                .invalidConfiguration, "unknown provider \"\(settings.name)\".\(suggestion(for: settings.name))",
                hint: "llmbatch providers  # lists them: \(names.joined(separator: ", "))")
        }
        return try factory(settings)
    }
}
