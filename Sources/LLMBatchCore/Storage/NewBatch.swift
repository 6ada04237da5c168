public import Foundation

/// A batch to be created.
public struct NewBatch: Sendable, Hashable, Codable {
    public var id: BatchID
    /// The owner's name for the batch.
    public var name: String?
    /// The endpoint of every request.
    public var endpoint: Endpoint
    /// The owner's labels.
    public var metadata: [String: String]
    /// The provider of the batch.
    public var provider: ProviderSettings
    /// The definition of a typed job, as JSON text; nil for a plain batch.
    public var definition: String?
    /// When the batch was created.
    public var createdAt: Date

    public init(
        id: BatchID, name: String?, endpoint: Endpoint, metadata: [String: String], provider: ProviderSettings,
        definition: String? = nil, createdAt: Date
    ) {
        self.id = id
        self.name = name
        self.endpoint = endpoint
        self.metadata = metadata
        self.provider = provider
        self.definition = definition
        self.createdAt = createdAt
    }
}
