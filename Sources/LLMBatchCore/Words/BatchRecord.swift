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
    /// By current answers; kept as they change.
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
    /// When the batch was imported from a portable file; nil for one that was made here, or saved by its owner.
    ///
    /// Anybody may have written such a file, so its answers are not reused and the batch is not taken for one's own unless
    /// that is asked for.
    public var importedAt: Date?
    /// The file it was imported from.
    public var importedFrom: String?

    /// Makes one of its parts.
    public init(
        id: BatchID, name: String?, endpoint: Endpoint, contentSHA256: [UInt8], metadata: [String: String],
        provider: ProviderSettings, definition: String? = nil, status: BatchStatus, counts: OutcomeCounts,
        attempts: Int, anomalies: Int, createdAt: Date, finishedAt: Date?, cancelRequested: Bool,
        importedAt: Date? = nil, importedFrom: String? = nil
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
        self.importedAt = importedAt
        self.importedFrom = importedFrom
    }
}

extension BatchRecord {
    /// True for a batch that came in a portable file.
    public var isImported: Bool { importedAt != nil }
}
