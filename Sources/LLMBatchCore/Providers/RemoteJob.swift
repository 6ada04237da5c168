public import Foundation

/// What a provider says of one of its jobs.
public struct RemoteJob: Sendable, Hashable {
    /// The provider's id.
    public var id: String
    /// Its status in our words; a word never seen before is ``BatchStatus/inProgress``.
    public var status: BatchStatus
    /// Its status in the provider's word, verbatim.
    public var word: String
    /// Our submission token, as found in the metadata.
    public var token: String?
    /// The id of the batch that it says it is of, as found in the metadata.
    public var batch: String?
    /// The provider's id of the uploaded input.
    public var inputFileID: String?
    /// The provider's id of the output file.
    public var outputFileID: String?
    /// The provider's id of the error file.
    public var errorFileID: String?
    /// Why it failed as a whole.
    public var failure: ResultError?
    /// The line of the input, from 1, that ``failure`` is about, where the provider says so.
    public var failureLine: Int?
    /// True when it failed for want of room in the provider's queue, which is not the requests' fault.
    public var lacksRoom: Bool
    /// True when it failed because the service did not find its input, which may have been deleted: it is uploaded anew.
    public var lacksInput: Bool
    /// The provider's own counters, a cross-check and no more.
    public var reported: ReportedCounts?
    /// When it was made.
    public var createdAt: Date?
    /// When its time window ends.
    public var expiresAt: Date?
    /// How sure it is that this is the job that was looked for.
    public var evidence: Evidence

    /// How sure it is that a job found by a listing is the one that was looked for.
    public enum Evidence: String, Sendable, Hashable, Codable {
        /// It carries our token, or ids that only this job's requests have.
        case proof
        /// Its time and size fit, and more cannot be known yet, or ever.
        case circumstance
    }

    /// A provider's counters of one of its jobs.
    public struct ReportedCounts: Sendable, Hashable, Codable {
        /// All requests.
        public var total: Int
        /// Those it calls completed.
        public var completed: Int
        /// Those it calls failed.
        public var failed: Int

        /// Makes one of its parts.
        public init(total: Int, completed: Int, failed: Int) {
            self.total = total
            self.completed = completed
            self.failed = failed
        }
    }

    /// Makes one of its parts.
    public init(
        id: String, status: BatchStatus, word: String, token: String? = nil, batch: String? = nil,
        inputFileID: String? = nil, outputFileID: String? = nil, errorFileID: String? = nil,
        failure: ResultError? = nil, failureLine: Int? = nil, lacksRoom: Bool = false, lacksInput: Bool = false,
        reported: ReportedCounts? = nil, createdAt: Date? = nil, expiresAt: Date? = nil,
        evidence: Evidence = .proof
    ) {
        self.id = id
        self.status = status
        self.word = word
        self.token = token
        self.batch = batch
        self.inputFileID = inputFileID
        self.outputFileID = outputFileID
        self.errorFileID = errorFileID
        self.failure = failure
        self.failureLine = failureLine
        self.lacksRoom = lacksRoom
        self.lacksInput = lacksInput
        self.reported = reported
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.evidence = evidence
    }
}
