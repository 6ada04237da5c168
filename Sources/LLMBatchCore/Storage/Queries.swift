public import Foundation

/// Which batches to list; nil means any.
public struct BatchQuery: Sendable, Hashable {
    /// Only these statuses.
    public var statuses: Set<BatchStatus>?
    /// The provider by name.
    public var provider: String?
    /// The model that replaces the one in the bodies, else that of the first request.
    public var model: String?
    /// What the requests ask for.
    public var endpoint: Endpoint?
    /// The exact name.
    public var name: String?
    /// The start of the id.
    public var idPrefix: String?
    /// Only batches of this content.
    public var contentSHA256: [UInt8]?
    /// All of these labels.
    public var metadata: [String: String]
    /// Only batches that came in a portable file, or only those that did not.
    public var isImported: Bool?
    /// Only batches made after this.
    public var createdAfter: Date?
    /// Only batches made before this.
    public var createdBefore: Date?
    /// Only batches after this one in the listing: the last id of the page before.
    public var after: BatchID?
    /// How many of those found to pass over; a cursor costs less, and does not shift when batches are made meanwhile.
    public var offset: Int
    /// How many at most.
    public var limit: Int

    /// Makes one of its parts.
    public init(
        statuses: Set<BatchStatus>? = nil, provider: String? = nil, model: String? = nil, endpoint: Endpoint? = nil,
        name: String? = nil, idPrefix: String? = nil, contentSHA256: [UInt8]? = nil, metadata: [String: String] = [:],
        isImported: Bool? = nil, createdAfter: Date? = nil, createdBefore: Date? = nil, after: BatchID? = nil,
        offset: Int = 0,
        limit: Int = 100
    ) {
        self.statuses = statuses
        self.provider = provider
        self.model = model
        self.offset = max(0, offset)
        self.endpoint = endpoint
        self.name = name
        self.idPrefix = idPrefix
        self.contentSHA256 = contentSHA256
        self.metadata = metadata
        self.isImported = isImported
        self.createdAfter = createdAfter
        self.createdBefore = createdBefore
        self.after = after
        self.limit = limit
    }
}

/// Which requests of a batch.
public struct RequestQuery: Sendable, Hashable {
    /// The batch it is about.
    public var batch: BatchID
    /// Which of them.
    public var selection: Selection
    /// Only requests after this position.
    public var after: Int?
    /// How many at most.
    public var limit: Int

    /// Requests by how they stand now.
    public enum Selection: Sendable, Hashable {
        case all
        /// Those whose current answer has one of these outcomes and that are not being asked again.
        case outcomes(Set<Outcome>)
        /// Those without a result in the latest attempt that holds them.
        case open
    }

    /// Makes one of its parts.
    public init(batch: BatchID, selection: Selection = .all, after: Int? = nil, limit: Int = 500) {
        self.batch = batch
        self.selection = selection
        self.after = after
        self.limit = limit
    }
}

/// Which current answers of a batch.
public struct ResultQuery: Sendable, Hashable {
    /// The batch it is about.
    public var batch: BatchID
    /// Any outcome when nil.
    public var outcomes: Set<Outcome>?
    /// Only results after this position.
    public var after: Int?
    /// How many at most.
    public var limit: Int

    /// Makes one of its parts.
    public init(batch: BatchID, outcomes: Set<Outcome>? = nil, after: Int? = nil, limit: Int = 500) {
        self.batch = batch
        self.outcomes = outcomes
        self.after = after
        self.limit = limit
    }
}

/// Which requests of a provider job.
public struct JobRequestQuery: Sendable, Hashable {
    /// The provider job.
    public var job: ProviderJobID
    /// True for those without a result.
    public var onlyOpen: Bool
    /// Only these, as far as the job holds them; any when nil.
    public var customIDs: [CustomID]?
    /// Only requests after this position.
    public var after: Int?
    /// How many at most.
    public var limit: Int

    /// Makes one of its parts.
    public init(
        job: ProviderJobID, onlyOpen: Bool = false, customIDs: [CustomID]? = nil, after: Int? = nil, limit: Int = 500
    ) {
        self.job = job
        self.onlyOpen = onlyOpen
        self.customIDs = customIDs
        self.after = after
        self.limit = limit
    }
}
