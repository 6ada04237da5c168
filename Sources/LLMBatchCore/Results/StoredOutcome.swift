import Foundation

/// The stored outcome of a request in a provider job, which decides whether a later line replaces it.
public struct StoredOutcome: Sendable, Hashable {
    /// How the request ended.
    package var outcome: Outcome
    /// The code of its error.
    package var code: String?
    /// Where the result was read; nil for a request that was closed without a line.
    package var source: ResultSource?

    public init(outcome: Outcome, code: String?, source: ResultSource?) {
        self.outcome = outcome
        self.code = code
        self.source = source
    }
}
