public import Foundation

/// The outcome of one request in one provider job, with the provider's own line and reason.
public struct BatchResult: Sendable, Hashable, Codable {
    /// The caller's name of the request.
    public let customID: CustomID
    /// The place of its request in the batch, from 0.
    public let position: Int
    /// What the requests ask for.
    public let endpoint: Endpoint
    /// The provider job that brought it, and with it the attempt.
    public let job: ProviderJobID
    /// How it ended.
    public let outcome: Outcome
    /// The HTTP status the provider reports for this request, where it reports one.
    public let statusCode: Int?
    /// Why it did not succeed.
    public let error: ResultError?
    /// Tokens used, where the provider tells.
    public let usage: TokenUsage
    /// The result's line in canonical form, without its line break; nil when there was none (missing, expired …).
    ///
    /// Where the provider sends that form, it is the line as it was received.
    public let line: [UInt8]?
    /// The provider's line as it was received, where it is of another form than ``line``.
    public let nativeLine: [UInt8]?
    /// When the result was recorded.
    public let recordedAt: Date
    /// True when it was in the storage already, as the answer to the same request elsewhere, and cost nothing.
    public let isReused: Bool

    /// Makes one of its parts.
    public init(
        customID: CustomID, position: Int, endpoint: Endpoint, job: ProviderJobID, outcome: Outcome, statusCode: Int?,
        error: ResultError?, usage: TokenUsage, line: [UInt8]?, nativeLine: [UInt8]? = nil, recordedAt: Date,
        isReused: Bool = false
    ) {
        self.customID = customID
        self.position = position
        self.endpoint = endpoint
        self.job = job
        self.outcome = outcome
        self.statusCode = statusCode
        self.error = error
        self.usage = usage
        self.line = line
        self.nativeLine = nativeLine
        self.recordedAt = recordedAt
        self.isReused = isReused
    }
}

/// Why one request did not succeed, in the provider's words.
public struct ResultError: Sendable, Hashable, Codable {
    /// A short word to sort by: the provider's code, or ours (`missing`, `unreadable_result` …).
    public let code: String
    /// What happened, in words.
    public let message: String

    /// Makes one of its parts.
    public init(code: String, message: String) {
        self.code = code
        self.message = message
    }
}

/// Tokens that one request used, where the provider tells.
public struct TokenUsage: Sendable, Hashable, Codable {
    /// Tokens of the request.
    public var input: Int?
    /// Tokens of the answer.
    public var output: Int?
    /// Both together; nil where neither is told.
    var total: Int? { input == nil && output == nil ? nil : (input ?? 0).addingClamped(output ?? 0) }

    /// Makes one of its parts.
    public init(input: Int? = nil, output: Int? = nil) {
        self.input = input
        self.output = output
    }
}
