/// Builds providers from stored settings, by name, so that a batch can go on in a process that did not make it.
public struct ProviderCatalog: Sendable {
    /// Builds a provider; throws ``LLMBatchError`` (`keyRefused`, `invalidConfiguration`) when it cannot.
    public typealias Factory = @Sendable (ProviderSettings) throws -> Provider

    private var factories: [String: Factory]

    /// Makes one of its parts.
    public init(_ factories: [String: Factory] = [:]) { self.factories = factories }

    /// The names it knows, in order.
    public var names: [String] { factories.keys.sorted() }

    /// Adds a provider, in place of one of the same name.
    public mutating func register(_ name: String, _ factory: @escaping Factory) {
        factories[name] = factory
    }

    /// The provider of these settings.
    ///
    /// - Throws: `invalidConfiguration` for an unknown name or setting, `keyRefused` for a key that is not there.
    public func provider(_ settings: ProviderSettings) throws -> Provider {
        guard let factory = factories[settings.name] else {
            throw LLMBatchError(
                .invalidConfiguration, "there is no provider named \"\(settings.name)\"",
                hint: "Known are: \(names.joined(separator: ", "))")
        }
        return try factory(settings)
    }
}
