import ArgumentParser
import LLMBatch

/// Finds a batch by what people type: `@last`, a name, an id, or a unique start of an id.
struct BatchReference {
    let text: String

    /// The help of every argument that names a batch.
    static let help: ArgumentHelp = "The batch: its id, a unique start of it, its name, or @last."

    /// - Throws: `notFound`, or `invalidConfiguration` when it fits more than one.
    func find(in storage: SQLiteStorage, provider: (any ProviderChoice)? = nil) async throws -> Batch {
        let id = try await id(in: storage)
        var batch = try await Batch.load(id, storage: storage)
        if let provider {
            let latest = try await batch.attempts().last?.provider
            let stored = if let latest { latest } else { try await batch.record().provider }
            let settings = try provider.changed(stored)
            if settings != stored { batch = batch.using(try ProviderCatalog.standard.provider(settings)) }
            batch = provider.apply(to: batch)
        }
        Interruption.resume(with: "llmbatch watch \(id)\(StoreArguments.suffix)")
        return batch
    }

    private func id(in storage: SQLiteStorage) async throws -> BatchID {
        if text == "@last" {
            guard let last = try await storage.batches(BatchQuery(limit: 1)).elements.first else {
                throw LLMBatchError(.notFound, "there is no batch yet", hint: "llmbatch run FILE makes one")
            }
            return last.id
        }
        if let exact = try await storage.batch(BatchID(rawValue: text)) { return exact.id }
        if let named = try await storage.batches(BatchQuery(name: text, limit: 1)).elements.first { return named.id }
        let found = try await storage.batches(BatchQuery(idPrefix: text.lowercased(), limit: 2)).elements
        guard let first = found.first, !text.isEmpty else {
            throw LLMBatchError(.notFound, "there is no batch \"\(text)\"", hint: "llmbatch list shows what is there")
        }
        guard found.count == 1 else {
            throw LLMBatchError(
                .invalidConfiguration, "more than one batch begins with \"\(text)\"", hint: "Give more of the id")
        }
        return first.id
    }
}
