public import Foundation

/// The outcome of one request in one provider job, with the provider's own line and error.
public struct BatchResult: Sendable, Hashable, Codable {
    /// The caller's id of the request.
    public let customID: CustomID
    /// The position of the request in the batch, from 0.
    public let position: Int
    /// The endpoint of the request.
    public let endpoint: Endpoint
    /// The provider job that returned the result, and thereby the attempt.
    public let job: ProviderJobID
    /// How the request ended.
    public let outcome: Outcome
    /// The HTTP status that the provider reports for this request; nil where it reports none.
    public let statusCode: Int?
    /// Why the request did not succeed; nil when it did.
    public let error: ResultError?
    /// The tokens used, where the provider reports them.
    public let usage: TokenUsage
    /// The result's line in canonical form, without its line break; nil when there is none (missing, expired and so
    /// on).
    ///
    /// Where the provider uses that form, this is the line exactly as received.
    public let line: [UInt8]?
    /// The provider's line exactly as received, where its form differs from ``line``.
    public let nativeLine: [UInt8]?
    /// When the result was recorded.
    public let recordedAt: Date
    /// True when the result is the stored answer to an identical request elsewhere, reused at no cost.
    public let isReused: Bool

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
