public import Foundation

/// A filter for batches; nil matches any.
public struct BatchQuery: Sendable, Hashable {
    /// The statuses to include.
    public var statuses: Set<BatchStatus>?
    /// The provider's name.
    public var provider: String?
    /// The model that replaces the one in the bodies, otherwise the model of the first request.
    public var model: String?
    /// The endpoint of the requests.
    public var endpoint: Endpoint?
    /// The exact name.
    public var name: String?
    /// A prefix of the id.
    public var idPrefix: String?
    /// The content hash (``BatchRecord/contentSHA256``).
    public var contentSHA256: [UInt8]?
    /// The line of the first request, byte for byte.
    public var firstLine: [UInt8]?
    /// Labels that must all match.
    public var metadata: [String: String]
    /// True for batches from portable files, false for all others.
    public var isImported: Bool?
    /// Only batches created after this time.
    public var createdAfter: Date?
    /// Only batches created before this time.
    public var createdBefore: Date?
    /// The cursor: only batches after this one in the list, the last id of the previous page.
    public var after: BatchID?
    /// How many matches to skip. A cursor is cheaper, and does not shift when batches are created meanwhile.
    public var offset: Int
    /// The maximum number of batches to return.
    public var limit: Int

    public init(
        statuses: Set<BatchStatus>? = nil, provider: String? = nil, model: String? = nil, endpoint: Endpoint? = nil,
        name: String? = nil, idPrefix: String? = nil, contentSHA256: [UInt8]? = nil, firstLine: [UInt8]? = nil,
        metadata: [String: String] = [:], isImported: Bool? = nil, createdAfter: Date? = nil,
        createdBefore: Date? = nil, after: BatchID? = nil,
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
        self.firstLine = firstLine
        self.metadata = metadata
        self.isImported = isImported
        self.createdAfter = createdAfter
        self.createdBefore = createdBefore
        self.after = after
        self.limit = limit
    }
}
