import LLMBatchSchema
public import LLMBatchCore

extension Batch {
    /// Loads a batch, or the batch of a typed job, to drive it with a provider of your own.
    ///
    /// - Throws: `notFound`.
    public static func load(_ id: BatchID, storage: any BatchStorage, provider: Provider) async throws -> Batch {
        try await load(id, storage: storage, provider: provider, readPolicy: TypedJobPolicy.reader())
    }

    /// Loads a batch, or the batch of a typed job; a catalog builds its provider from the stored settings when it is
    /// first needed.
    ///
    /// - Throws: `notFound`.
    public static func load(_ id: BatchID, storage: any BatchStorage, catalog: ProviderCatalog) async throws -> Batch {
        try await load(id, storage: storage, catalog: catalog, readPolicy: TypedJobPolicy.reader())
    }
}
