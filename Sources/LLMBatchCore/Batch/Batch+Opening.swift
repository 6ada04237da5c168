extension Batch {
    /// Opens the batch of these requests: the existing one where the storage has it, else a new one.
    ///
    /// A batch is the same when its requests are the same byte for byte, and provider, address, account, model and every
    /// option that changes an answer are. The source is read once: its requests are stored as they are read, and removed
    /// again where the batch exists. Imported batches are not taken for it. Nothing is sent.
    ///
    /// Call it at the start of every run of a program: whatever an earlier run submitted or collected is resumed. Within a
    /// process, callers at the same moment get the same batch; processes that may start at the same moment should name it,
    /// since a name belongs to one batch of a storage.
    ///
    /// - Parameters:
    ///   - name: the owner's name for it; with a name, only the batch of that name can be the same.
    ///   - metadata: the owner's labels, for a new batch.
    /// - Throws: `nameTaken` when the batch of that name differs, naming the differences; as
    ///   ``create(_:provider:storage:name:metadata:)``.
    public static func open(
        _ source: RequestSource, provider: Provider, storage: any BatchStorage, name: String? = nil,
        metadata: [String: String] = [:]
    ) async throws -> Batch {
        let id = try await BatchImport(source: source, storage: storage).run(
            name: name, metadata: metadata, provider: provider.settings
        ) { content in
            try await existing(content, provider.settings, storage, name)
        }
        return Batch(id: id, storage: storage, catalog: ProviderCatalog(), given: provider)
    }

    /// Opens the batch of a JSONL file. See ``open(_:provider:storage:name:metadata:)``.
    public static func open(
        jsonl path: String, provider: Provider, storage: any BatchStorage, name: String? = nil,
        metadata: [String: String] = [:]
    ) async throws -> Batch {
        try await open(.jsonl(path), provider: provider, storage: storage, name: name, metadata: metadata)
    }

    private static func existing(
        _ content: [UInt8], _ settings: ProviderSettings, _ storage: any BatchStorage, _ name: String?
    ) async throws -> BatchID? {
        guard let name else {
            let found = try await EarlierBatch(in: storage, content: content, settings: settings)
                .find { $0.importedAt == nil && $0.definition == nil }
            guard case .same(let record, account: let differences) = found, differences.isEmpty else { return nil }
            return record.id
        }
        guard let holder = try await storage.batches(BatchQuery(name: name, limit: 1)).elements.first else {
            return nil
        }
        var differences = try await differences(of: settings, from: holder, in: storage).map(\.description)
        if holder.contentSHA256 != content { differences.insert("the requests", at: 0) }
        if holder.importedAt != nil { differences.insert("where it came from: it was imported", at: 0) }
        if holder.definition != nil { differences.insert("what it is: a typed job", at: 0) }
        guard differences.isEmpty else {
            throw LLMBatchError(
                .nameTaken, "the batch named \"\(name)\" differs: \(differences.joined(separator: ", "))",
                remedy: "Choose another name, or load that batch by its id, \(holder.id)")
        }
        return holder.id
    }

    /// In what the settings differ from those that the batch was created with, and from those of its latest attempt, which
    /// a retry may have taken to another provider.
    private static func differences(
        of settings: ProviderSettings, from record: BatchRecord, in storage: any BatchStorage
    ) async throws -> [ProviderIdentity.Difference] {
        let own = ProviderIdentity(settings)
        let latest = try await storage.attempts(of: record.id).last?.provider ?? record.provider
        let differences = own.differences(from: ProviderIdentity(latest))
        return differences.isEmpty || record.attempts > 0
            ? differences : own.differences(from: ProviderIdentity(record.provider))
    }
}
