public import Foundation

/// A result on its way into the storage.
public struct IncomingResult: Sendable, Hashable, Codable {
    /// The caller's id of the request.
    public var customID: CustomID
    /// How the request ended.
    public var outcome: Outcome
    /// The HTTP status; nil where there was none.
    public var statusCode: Int?
    /// Why the request did not succeed.
    public var error: ResultError?
    /// The tokens used, where the provider reports them.
    public var usage: TokenUsage
    /// The line in canonical form: the provider's own where it sends that form.
    public var line: [UInt8]?
    /// The provider's line as received, where its form differs from ``line``.
    public var nativeLine: [UInt8]?
    /// Where the result was read.
    public var source: ResultSource

    public init(
        customID: CustomID, outcome: Outcome, statusCode: Int? = nil, error: ResultError? = nil,
        usage: TokenUsage = TokenUsage(), line: [UInt8]? = nil, nativeLine: [UInt8]? = nil, source: ResultSource
    ) {
        self.customID = customID
        self.outcome = outcome
        self.statusCode = statusCode
        self.error = error
        self.usage = usage
        self.line = line
        self.nativeLine = nativeLine
        self.source = source
    }
}

extension IncomingResult {
    /// The same result under the caller's id, where the provider was sent another id.
    func renamed(_ name: CustomID) -> IncomingResult {
        var result = self
        result.customID = name
        guard let line, let object = try? JSONObject(line), object.string("custom_id") == customID.rawValue else {
            return result
        }
        result.nativeLine = nativeLine ?? line
        result.line = object.replacing("custom_id", with: JSONText.quoted(name.rawValue))
        return result
    }

    /// False for a line that names its request but is otherwise damaged: any other line takes precedence.
    public var canBeRead: Bool { error?.code != OpenAIResultLine.unreadableCode }

    /// Whether this line replaces the stored result for the same request in a job that has ended.
    ///
    /// An answer, good or bad, is never replaced. A result that stands for no answer is replaced by one: an unreadable
    /// line, `missing`, `expired`, `cancelled`. A result without a line (``StoredOutcome/source`` is nil) is replaced
    /// by any line.
    public func completes(_ stored: StoredOutcome) -> Bool {
        guard canBeRead, stored.outcome != .succeeded else { return false }
        if stored.source == nil || stored.code == OpenAIResultLine.unreadableCode { return true }
        let isAnswer = ![.missing, .expired, .cancelled].contains(outcome)
        return isAnswer && [.missing, .expired, .cancelled].contains(stored.outcome)
    }

    /// The result in its stored form.
    public func result(position: Int, endpoint: Endpoint, job: ProviderJobID, at date: Date) -> BatchResult {
        BatchResult(
            customID: customID, position: position, endpoint: endpoint, job: job, outcome: outcome,
            statusCode: statusCode, error: error, usage: usage, line: line, nativeLine: nativeLine, recordedAt: date,
            isReused: outcome == .succeeded && source == .reused)
    }
}
