public import Foundation

/// What a storage records about a batch as a whole.
public struct BatchRecord: Sendable, Hashable, Identifiable, Codable {
    public let id: BatchID
    /// The owner's name for the batch, unique in its storage.
    public let name: String?
    /// The endpoint of every request.
    public let endpoint: Endpoint
    /// The SHA-256 of the request lines in order, each with a line feed. The same file has the same hash.
    public let contentSHA256: [UInt8]
    /// The owner's labels.
    public let metadata: [String: String]
    /// The provider the batch was created for; a retry may have used another (see ``Attempt/provider``).
    public var provider: ProviderSettings
    /// The definition of a typed job, as JSON text; nil for a plain batch.
    public let definition: String?
    /// The status of the batch.
    public let status: BatchStatus
    /// Requests by the outcome of their current result, updated as results arrive.
    public let counts: OutcomeCounts
    /// The number of attempts.
    public let attempts: Int
    /// The number of provider lines that match no request.
    public let anomalies: Int
    /// When the batch was created.
    public let createdAt: Date
    /// When the latest attempt ended; nil while any request is open.
    public let finishedAt: Date?
    /// True once cancellation of the latest attempt has been requested.
    public let cancelRequested: Bool
    /// When the batch was imported from a portable file; nil for a batch that was created here or saved by its owner.
    ///
    /// Anyone may have written such a file. Its answers are therefore not reused, and the batch is not resumed in place
    /// of a new one, unless the caller asks for it.
    public var importedAt: Date?
    /// The file it was imported from.
    public var importedFrom: String?

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
