public import LLMBatchCore
import LLMBatchProviders
public import LLMBatchSQLite

extension Batch {
    /// The batch of an id, to go on with the provider that is stored with it.
    ///
    /// The provider is built from the stored settings when it is first needed; its key is read where the settings say it
    /// comes from. Reading results needs no key.
    ///
    /// - Throws: `notFound`, `storage`.
    public static func load(_ id: BatchID, storage: some BatchStorage) async throws -> Batch {
        try await load(id, storage: storage, catalog: .standard)
    }

    /// The same in a SQLite file: `Batch.load(id, storage: .sqlite("batches.db"))`.
    public static func load(_ id: BatchID, storage: SQLiteStorage) async throws -> Batch {
        try await load(id, storage: storage, catalog: .standard)
    }

    /// Writes the whole batch into one portable file.
    ///
    /// The file is a SQLite database of the usual schema, without a log beside it, so it can be opened, asked and
    /// imported anywhere. It appears whole under its name, or not at all.
    ///
    /// - Parameter replacing: true to take the place of a file that is there. The file of the batch's own storage is
    ///   never replaced.
    /// - Throws: `file` or `storage` when it cannot be written, or is there already.
    public func export(to path: String, replacing: Bool = false) async throws {
        try await PortableFile(path: path).write(self, replacing: replacing)
    }

    /// Brings every batch of a portable file into a storage and returns them, oldest first.
    ///
    /// A batch that is there already in the same state is left as it is; an older state is replaced. See
    /// ``importing(from:into:)`` for a file of which some batches cannot be taken over.
    ///
    /// - Throws: `storage` when the file is not ours or damaged; `wrongState` when the storage has a later state of a batch,
    ///   `nameTaken`, `heldElsewhere`. The other batches of the file are in the storage then.
    public static func `import`(from path: String, into storage: any BatchStorage) async throws -> [Batch] {
        let report = try await importing(from: path, into: storage)
        if let first = report.skipped.first { throw first.reason }
        return report.batches
    }

    /// Brings what can be brought of a portable file into a storage, and reports what was left and why.
    ///
    /// The copies are marked as imported (``LLMBatchCore/BatchRecord/importedAt``), since anybody may have written the
    /// file: their answers are not reused, and they name no key.
    ///
    /// - Throws: `file` when there is no such file, `storage` when it is not ours or damaged; then nothing was copied.
    public static func importing(from path: String, into storage: any BatchStorage) async throws -> ImportReport {
        try await PortableFile(path: path).read(into: storage, catalog: .standard)
    }
}
