public import Foundation

/// One try at some of a batch's requests with one provider.
///
/// Attempt 1 holds all requests; each retry adds an attempt with only the unsuccessful ones.
public struct Attempt: Sendable, Hashable, Codable {
    /// The number of the attempt, from 1.
    public let number: Int
    /// The attempt whose unsuccessful requests this one retries; nil for the first.
    public let parent: Int?
    /// The outcomes that this attempt retries; nil for the first.
    public let outcomes: Set<Outcome>?
    /// The provider, model and settings of this attempt.
    public var provider: ProviderSettings
    /// The account that the attempt is bound to; nil until it is known.
    public var account: ProviderAccount?
    /// When the attempt was created.
    public let createdAt: Date

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
