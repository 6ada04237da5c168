/// Who does the work of a batch: a provider of either kind.
public struct Provider: Sendable {
    /// The two kinds of provider.
    public enum Kind: Sendable {
        case batch(any BatchProvider)
        case realtime(any RealtimeProvider)
    }

    /// What kind it is.
    public let kind: Kind

    /// Makes one of its parts.
    public init(_ provider: any BatchProvider) { kind = .batch(provider) }
    /// Makes one of its parts.
    public init(_ provider: any RealtimeProvider) { kind = .realtime(provider) }

    /// Its settings, without secrets.
    public var settings: ProviderSettings {
        switch kind {
        case .batch(let provider): provider.settings
        case .realtime(let provider): provider.settings
        }
    }

    /// How it is asked for an answer of a schema.
    var asking: SchemaAsking {
        switch kind {
        case .batch(let provider):
            SchemaAsking(
                provider.limits.schemas ?? .openAI, countsRows: provider.limits.countsRows,
                way: provider.limits.structuredOutput)
        case .realtime(let provider): provider.limits.asking
        }
    }

    /// The account it works for.
    public var account: ProviderAccount {
        switch kind {
        case .batch(let provider): provider.account
        case .realtime(let provider): provider.account
        }
    }
}
