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
    public var inputFileID: String?
    public var outputFileID: String?
    public var errorFileID: String?
    /// Why it failed as a whole.
    public var failure: ResultError?
    /// True when it failed for want of room in the provider's queue, which is not the requests' fault.
    public var lacksRoom: Bool
    /// The provider's own counters, a cross-check and no more.
    public var reported: ReportedCounts?
    public var createdAt: Date?
    public var expiresAt: Date?

    /// A provider's counters of one of its jobs.
    public struct ReportedCounts: Sendable, Hashable, Codable {
        public var total: Int
        public var completed: Int
        public var failed: Int

        public init(total: Int, completed: Int, failed: Int) {
            self.total = total
            self.completed = completed
            self.failed = failed
        }
    }

    public init(
        id: String, status: BatchStatus, word: String, token: String? = nil, inputFileID: String? = nil,
        outputFileID: String? = nil, errorFileID: String? = nil, failure: ResultError? = nil, lacksRoom: Bool = false,
        reported: ReportedCounts? = nil, createdAt: Date? = nil, expiresAt: Date? = nil
    ) {
        self.id = id
        self.status = status
        self.word = word
        self.token = token
        self.inputFileID = inputFileID
        self.outputFileID = outputFileID
        self.errorFileID = errorFileID
        self.failure = failure
        self.lacksRoom = lacksRoom
        self.reported = reported
        self.createdAt = createdAt
        self.expiresAt = expiresAt
    }
}
