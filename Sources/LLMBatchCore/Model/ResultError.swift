import Foundation

/// Why one request did not succeed, in the provider's own terms.
public struct ResultError: Sendable, Hashable, Codable {
    /// A code to group by: the provider's, or one of ours (`missing`, `unreadable_result` and others).
    public let code: String
    /// What happened.
    public let message: String

    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}
