public import Foundation

/// What identifies a job whose create call got no answer.
public struct ProviderJobFingerprint: Sendable, Hashable {
    /// The submission token, in the provider's metadata.
    public var token: String
    /// The provider's id of the input, which is uploaded for one job only: evidence where a service drops the metadata.
    public var inputFileID: String?
    /// When the intent was recorded.
    public var since: Date
    /// The number of requests in the job.
    public var requests: Int
    /// The prefix of the ids of the job's requests, where ``IDRule/usesGeneratedIDs`` is set.
    public var idPrefix: String

    /// The earliest creation time of a job that is matched by time and size alone: a day before the intent, for
    /// differing clocks, and an hour for rounding. The date is irrelevant where a token or an input proves the job.
    public var searchedSince: Date { since.addingTimeInterval(-Self.window) }
    /// The latest creation time of such a job: a day after the intent, and the hours that a call may take.
    public var searchedUntil: Date { since.addingTimeInterval(Self.window + Self.longestCall) }

    private static let window: TimeInterval = 25 * 3600
    private static let longestCall: TimeInterval = 4 * 3600

    package init(token: String, inputFileID: String?, since: Date, requests: Int, idPrefix: String) {
        self.token = token
        self.inputFileID = inputFileID
        self.since = since
        self.requests = requests
        self.idPrefix = idPrefix
    }

    /// True when the creation time of a job matches, within the tolerance for clocks.
    public func fits(_ created: Date?) -> Bool {
        created.map { $0 >= searchedSince && $0 <= searchedUntil } ?? true
    }

    /// True when a job is proved to be the one that was searched for, by its token or by an input that was uploaded
    /// only for it.
    ///
    /// An input is used again after a job that ended without a result, so it proves nothing for such a job.
    public func proves(_ job: RemoteJob) -> Bool {
        if let token = job.token, token == self.token { return true }
        guard let input = job.inputFileID, !input.isEmpty, input == inputFileID, !job.isQueueFull else { return false }
        return job.token == nil || ![.failed, .cancelled, .expired].contains(job.status)
    }
}
