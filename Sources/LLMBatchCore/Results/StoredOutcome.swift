import Foundation

/// The stored outcome of a request in a provider job, which decides whether a later line replaces it.
public struct StoredOutcome: Sendable, Hashable {
    /// How the request ended.
    package var outcome: Outcome
    /// The code of its error.
    package var code: String?
    /// Where the result was read; nil for a request that was closed without a line.
    package var source: ResultSource?

    /// Creates the outcome of a stored result.
    ///
    /// - Parameters:
    ///   - outcome: its outcome.
    ///   - code: the code of its error, if it has one.
    ///   - source: where it was read; nil for a request that was closed at the end of its job.
    public init(outcome: Outcome, code: String?, source: ResultSource?) {
        self.outcome = outcome
        self.code = code
        self.source = source
    }
}
