public import Foundation

extension IncomingResult {
    /// The same result under the caller's name of its request, where the provider knows it by another.
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

    /// False for a line that names its request and is damaged otherwise: it stands only while no other line comes.
    public var canBeRead: Bool { error?.code != OpenAIResultLine.unreadableCode }

    /// Whether this line is to take the place of what a job that has ended holds of the same request.
    ///
    /// Nothing takes the place of an answer, good or bad. What stands for none gives way to one: a line that could not be
    /// read, `missing`, `expired`, `cancelled`; and what was closed without a line (``StoredOutcome/source`` is nil) to any
    /// line.
    public func completes(_ stored: StoredOutcome) -> Bool {
        guard canBeRead, stored.outcome != .succeeded else { return false }
        if stored.source == nil || stored.code == OpenAIResultLine.unreadableCode { return true }
        let isAnswer = ![.missing, .expired, .cancelled].contains(outcome)
        return isAnswer && [.missing, .expired, .cancelled].contains(stored.outcome)
    }

    /// The result as it is kept.
    public func result(position: Int, endpoint: Endpoint, job: ProviderJobID, at date: Date) -> BatchResult {
        BatchResult(
            customID: customID, position: position, endpoint: endpoint, job: job, outcome: outcome,
            statusCode: statusCode, error: error, usage: usage, line: line, nativeLine: nativeLine, recordedAt: date,
            isReused: outcome == .succeeded && source == .reused)
    }
}

/// What a storage holds of a request in a provider job, as far as it decides whether a later line takes its place.
public struct StoredOutcome: Sendable, Hashable {
    /// How it ended.
    public var outcome: Outcome
    /// The code of its error.
    public var code: String?
    /// Where it was read; nil for what was closed without a line.
    public var source: ResultSource?

    /// What is held of one request.
    public init(outcome: Outcome, code: String?, source: ResultSource?) {
        self.outcome = outcome
        self.code = code
        self.source = source
    }
}

extension Anomaly {
    /// How many bytes of a line an anomaly keeps.
    public static let keptBytes = 64 * 1024

    /// A line for a custom id that its job does not hold.
    public static func unknownID(_ result: IncomingResult, job: ProviderJobID) -> Anomaly {
        Anomaly(
            job: job, kind: .unknownID, customID: result.customID, source: result.source,
            message: "the provider sent a line for \"\(result.customID)\", which this job does not hold",
            line: (result.nativeLine ?? result.line).map { Array($0.prefix(keptBytes)) })
    }

    /// A second line for a custom id.
    public static func duplicate(_ result: IncomingResult, job: ProviderJobID) -> Anomaly {
        Anomaly(
            job: job, kind: .duplicate, customID: result.customID, source: result.source,
            message: "the provider sent another line for \"\(result.customID)\"; the first one stands",
            line: (result.nativeLine ?? result.line).map { Array($0.prefix(keptBytes)) })
    }
}
