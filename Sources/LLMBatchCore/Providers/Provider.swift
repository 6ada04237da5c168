/// The provider of a batch, of either kind.
public struct Provider: Sendable {
    /// The two kinds of provider.
    public enum Kind: Sendable {
        case batch(any BatchProvider)
        case realtime(any RealtimeProvider)
    }

    /// The provider itself.
    public let kind: Kind

    public init(_ provider: any BatchProvider) { kind = .batch(provider) }
    public init(_ provider: any RealtimeProvider) { kind = .realtime(provider) }

    /// The settings that rebuild the provider, without secrets.
    public var settings: ProviderSettings {
        switch kind {
        case .batch(let provider): provider.settings
        case .realtime(let provider): provider.settings
        }
    }

    /// How a request asks for an answer that matches a schema.
    package var asking: SchemaAsking {
        switch kind {
        case .batch(let provider): provider.limits.asking
        case .realtime(let provider): provider.limits.asking
        }
    }

    /// The account that the provider works for.
    public var account: ProviderAccount {
        switch kind {
        case .batch(let provider): provider.account
        case .realtime(let provider): provider.account
        }
    }
}
