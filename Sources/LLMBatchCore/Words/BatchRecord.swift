public import Foundation

/// What a storage knows of a batch as a whole.
public struct BatchRecord: Sendable, Hashable, Identifiable, Codable {
    /// Its id.
    public let id: BatchID
    /// The owner's name for it, unique in its storage.
    public let name: String?
    /// What the requests ask for.
    public let endpoint: Endpoint
    /// SHA-256 of the request lines in order, each with a line feed: the same file, the same content.
    public let contentSHA256: [UInt8]
    /// The owner's own labels.
    public let metadata: [String: String]
    /// The provider it was made for; a retry may have gone elsewhere (see ``Attempt/provider``).
    public var provider: ProviderSettings
    /// What makes the batch a typed job, as JSON text; nil for a plain batch.
    public let definition: String?
    /// Where it is in its life.
    public let status: BatchStatus
    /// Live counts; frozen once the batch has ended.
    public let counts: OutcomeCounts
    /// How many attempts there are.
    public let attempts: Int
    /// How many lines of providers fit no request.
    public let anomalies: Int
    /// When it was made.
    public let createdAt: Date
    /// When the latest attempt ended; nil while anything is open.
    public let finishedAt: Date?
    /// True once its owner has asked to cancel the latest attempt.
    public let cancelRequested: Bool

    /// Makes one of its parts.
    public init(
        id: BatchID, name: String?, endpoint: Endpoint, contentSHA256: [UInt8], metadata: [String: String],
        provider: ProviderSettings, definition: String? = nil, status: BatchStatus, counts: OutcomeCounts,
        attempts: Int, anomalies: Int, createdAt: Date, finishedAt: Date?, cancelRequested: Bool
    ) {
        self.id = id
        self.name = name
        self.endpoint = endpoint
        self.contentSHA256 = contentSHA256
        self.metadata = metadata
        self.provider = provider
        self.definition = definition
        self.status = status
        self.counts = counts
        self.attempts = attempts
        self.anomalies = anomalies
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.cancelRequested = cancelRequested
    }
}
