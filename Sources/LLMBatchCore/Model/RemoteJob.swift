public import Foundation

/// What a provider reports about one of its jobs.
public struct RemoteJob: Sendable, Hashable {
    /// The provider's id of the job.
    public var id: String
    /// The canonical status; an unknown status of the provider maps to ``BatchStatus/inProgress``.
    public var status: BatchStatus
    /// The provider's own status, verbatim.
    public var rawStatus: String
    /// Our submission token, read from the job's metadata.
    public var token: String?
    /// The id of the batch that the job belongs to, read from its metadata.
    package var batch: String?
    /// The provider's id of the uploaded input.
    package var inputFileID: String?
    /// The provider's id of the output file.
    package var outputFileID: String?
    /// The provider's id of the error file.
    package var errorFileID: String?
    /// Why the job failed as a whole.
    package var failure: ResultError?
    /// The input line, from 1, that ``failure`` refers to, where the provider reports it.
    package var failureLine: Int?
    /// True when the job failed because the provider's queue was full, through no fault of its requests.
    package var isQueueFull: Bool
    /// True when the job failed because the service did not find its input, which may have been deleted. It is uploaded
    /// again.
    package var lacksInput: Bool
    /// The provider's own counters, used only as a cross-check.
    package var reported: ReportedCounts?
    /// When the job was created.
    public var createdAt: Date?
    /// When the provider's time window ends.
    package var expiresAt: Date?
    /// How certain it is that this is the job that was searched for.
    public var evidence: Evidence

    /// How certain it is that a listed job is the one that was searched for.
    public enum Evidence: String, Sendable, Hashable, Codable {
        /// The job carries our token, or ids that only this job's requests have.
        case proof
        /// Its time and size match, and nothing more can be known, now or ever.
        case circumstance
    }

    /// A provider's counters for one of its jobs.
    public struct ReportedCounts: Sendable, Hashable, Codable {
        /// All requests.
        package var total: Int
        /// Requests that it counts as completed.
        package var completed: Int
        /// Requests that it counts as failed.
        package var failed: Int

        public init(total: Int, completed: Int, failed: Int) {
            self.total = total
            self.completed = completed
            self.failed = failed
        }
    }

    /// Creates the report on a job.
    ///
    /// - Parameters:
    ///   - id: the provider's id of the job.
    ///   - status: the canonical status; ``BatchStatus/inProgress`` for an unknown one.
    ///   - rawStatus: the provider's own status, verbatim.
    ///   - token: our submission token, read from the job's metadata.
    ///   - batch: the id of the batch that the job belongs to, read from its metadata.
    ///   - inputFileID: the provider's id of the uploaded input.
    ///   - outputFileID: the provider's id of the output file.
    ///   - errorFileID: the provider's id of the error file.
    ///   - failure: why the job failed as a whole.
    ///   - failureLine: the input line, from 1, that the failure refers to.
    ///   - isQueueFull: true when the job failed only because the provider's queue was full.
    ///   - lacksInput: true when the service did not find the job's input, which is then uploaded again.
    ///   - reported: the provider's own counters, used only as a cross-check.
    ///   - createdAt: when the job was created.
    ///   - expiresAt: when the provider's time window ends.
    ///   - evidence: how certain it is that this is the job that was searched for.
    public init(
        id: String, status: BatchStatus, rawStatus: String, token: String? = nil, batch: String? = nil,
        inputFileID: String? = nil, outputFileID: String? = nil, errorFileID: String? = nil,
        failure: ResultError? = nil, failureLine: Int? = nil, isQueueFull: Bool = false, lacksInput: Bool = false,
        reported: ReportedCounts? = nil, createdAt: Date? = nil, expiresAt: Date? = nil,
        evidence: Evidence = .proof
    ) {
        self.id = id
        self.status = status
        self.rawStatus = rawStatus
        self.token = token
        self.batch = batch
        self.inputFileID = inputFileID
        self.outputFileID = outputFileID
        self.errorFileID = errorFileID
        self.failure = failure
        self.failureLine = failureLine
        self.isQueueFull = isQueueFull
        self.lacksInput = lacksInput
        self.reported = reported
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.evidence = evidence
    }
}

extension RemoteJob.ReportedCounts {
    /// Reads a service's counters; nil without a total, or when one of the counters is not a number.
    ///
    /// - Parameters:
    ///   - completed: the member that counts successes.
    ///   - failed: the members that together count failures.
    package init?(_ object: JSONObject?, total: String, completed: String, failed: String...) {
        guard let object, let all = object.count(total) else { return nil }
        let keys = [completed] + failed
        guard keys.allSatisfy({ !object.has($0) || object.count($0) != nil }) else { return nil }
        self.init(
            total: all, completed: object.count(completed) ?? 0,
            failed: failed.map { object.count($0) ?? 0 }.clampedSum())
    }
}
