import Foundation
public import LLMBatchCore

/// One or more batches in a single portable file: a SQLite database with the usual schema and without a log.
public struct PortableFile: Sendable {
    private let path: String

    /// The file at a path, which may or may not exist.
    public init(path: String) { self.path = path }

    // MARK: - Writing

    /// Exports one batch. The file is written atomically: it appears complete, or not at all.
    ///
    /// - Parameter replacing: true to replace an existing file. A store is never replaced, in use or not.
    /// - Throws: `file` or `storage` when it cannot be written, or already exists and is not to be replaced.
    public func write(_ batch: Batch, replacing: Bool = false) async throws {
        let location = try FileLocation(path)
        try check(location, replacing: replacing)
        let temporary = "\(location.path).\(BatchID.random()).tmp"
        do {
            let storage = try SQLiteStorage(path: temporary, mode: .portable, named: path)
            try await batch.save(to: storage)
            try storage.close()
            try AtomicFile.name(temporary, location.path, replacing: replacing)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// An existing file must be meant to be replaced, and must not be a store. A store has files with its name beside
    /// it and is in write-ahead-log mode.
    private func check(_ location: FileLocation, replacing: Bool) throws {
        guard try location.size() != nil else { return }
        guard replacing else { throw LLMBatchError.exists(path) }
        let isStore =
            ["-wal", "-shm", "-lock", "-gate"].contains { location.size(beside: $0) != nil }
            || location.isInLogMode
        guard !isStore else {
            throw LLMBatchError(
                .file, "\(path) is a store, not an export, and will not be replaced", remedy: "Name another file")
        }
    }

    // MARK: - Reading

    /// Imports every batch of the file into a storage, oldest first.
    ///
    /// The complete file is checked before anything is copied: its schema, its pages, and the hash and counts of each
    /// batch. Everything importable is imported, and the report says what was skipped and why. The copies are marked as
    /// imported (``LLMBatchCore/BatchRecord/importedAt``) and keep only the settings that
    /// ``LLMBatchCore/ProviderCatalog/portable(_:)`` allows, because anyone may have written the file.
    ///
    /// - Parameters:
    ///   - catalog: knows which options may be imported; without it, none are.
    ///   - readPolicy: reads the definitions of typed jobs. A batch with a definition that it cannot read makes the
    ///     file a damaged one; without a reader, every batch with a definition does.
    /// - Throws: `file` when the file does not exist, `storage` when it is damaged or not an LLMBatch file; nothing is
    ///   copied then.
    public func read(
        into storage: any BatchStorage, catalog: ProviderCatalog = ProviderCatalog(),
        readPolicy: BatchPolicyReader? = nil
    ) async throws -> ImportReport {
        let source = try await PortableSource(path: path, readPolicy: readPolicy)
        defer { source.close() }
        var report = ImportReport()
        for record in try await source.records() {
            let copy = BatchCopy(
                batch: record.id, source: source.storage, target: storage, file: path, catalog: catalog)
            do {
                try await copy.run()
                report.batches.append(
                    try await Batch.load(record.id, storage: storage, catalog: catalog, readPolicy: readPolicy))
            } catch let error as LLMBatchError where Self.concernsOneBatch(error) {
                report.skipped.append(ImportReport.Skipped(batch: record.id, name: record.name, reason: error))
            }
        }
        return report
    }

    /// True when the other batches of the file can still be imported.
    private static func concernsOneBatch(_ error: LLMBatchError) -> Bool {
        [.nameTaken, .wrongState, .heldElsewhere].contains(error.code)
    }
}

extension PortableSource {
    /// Its batches, oldest first.
    fileprivate func records() async throws -> [BatchRecord] {
        var records: [BatchRecord] = []
        var query = BatchQuery()
        while true {
            let page = try await storage.batches(query)
            records += page.elements
            guard page.hasMore, let last = page.elements.last else { return records.reversed() }
            query.after = last.id
        }
    }
}
