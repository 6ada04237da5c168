public import LLMBatchCore
import LLMBatchProviders
public import LLMBatchSQLite
import LLMBatchTypedJobs

extension Batch {
    /// Loads a batch by its id, with a provider built from the settings stored with it.
    ///
    /// The provider is built when it is first needed, and its key is read from the source that the settings name.
    /// Reading results needs no key.
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
    /// The file is a SQLite database with the usual schema and no separate log, so it can be opened, queried and
    /// imported anywhere. It appears atomically: complete, or not at all.
    ///
    /// - Parameter replacing: true to replace an existing file. The file of the batch's own storage is never replaced.
    /// - Throws: `file` or `storage` when it already exists or cannot be written.
    public func export(to path: String, replacing: Bool = false) async throws {
        try await PortableFile(path: path).write(self, replacing: replacing)
    }

    /// Imports every batch of a portable file into a storage and returns them, oldest first.
    ///
    /// An existing copy in the same state is left as it is; a copy in an older state is replaced. See
    /// ``importing(from:into:)`` for a file whose batches cannot all be imported.
    ///
    /// - Throws: `storage` when the file is damaged or not an LLMBatch file; `wrongState` when the storage holds a
    ///   later state of a batch; `nameTaken`; `heldElsewhere`. The other batches of the file have then been imported.
    public static func `import`(from path: String, into storage: any BatchStorage) async throws -> [Batch] {
        let report = try await importing(from: path, into: storage)
        if let first = report.skipped.first { throw first.reason }
        return report.batches
    }

    /// Imports what it can from a portable file, and reports what was skipped and why.
    ///
    /// Copies are marked as imported (``LLMBatchCore/BatchRecord/importedAt``), because anyone may have written the
    /// file: their answers are not reused, and they name no key.
    ///
    /// - Throws: `file` when the file does not exist, `storage` when it is damaged or not an LLMBatch file; nothing is
    ///   copied then.
    public static func importing(from path: String, into storage: any BatchStorage) async throws -> ImportReport {
        try await PortableFile(path: path).read(
            into: storage, catalog: .standard, readPolicy: TypedJobPolicy.reader())
    }
}
