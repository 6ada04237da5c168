public import Foundation

/// One try at some of a batch's requests with one provider.
///
/// Attempt 1 holds all of them; each retry adds the next one, with the unsuccessful requests only.
public struct Attempt: Sendable, Hashable, Codable {
    /// From 1.
    public let number: Int
    /// The attempt whose unsuccessful requests this one asks again; nil for the first.
    public let parent: Int?
    /// Which outcomes were asked again; nil for the first.
    public let outcomes: Set<Outcome>?
    /// With which provider, model and settings.
    public var provider: ProviderSettings
    /// The account it is bound to, once it is known.
    public var account: ProviderAccount?
    /// When it was made.
    public let createdAt: Date

    /// Makes one of its parts.
    public init(
        number: Int, parent: Int?, outcomes: Set<Outcome>?, provider: ProviderSettings, account: ProviderAccount?,
        createdAt: Date
    ) {
        self.number = number
        self.parent = parent
        self.outcomes = outcomes
        self.provider = provider
        self.account = account
        self.createdAt = createdAt
    }
}
