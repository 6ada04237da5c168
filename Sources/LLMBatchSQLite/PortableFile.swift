import Foundation
public import LLMBatchCore

/// A batch, or several, in one file that can be carried anywhere: a SQLite database of the usual schema without a log.
public struct PortableFile: Sendable {
    private let path: String

    /// The file at a path, whether it is there or not.
    public init(path: String) { self.path = path }

    // MARK: - Writing

    /// Writes one batch; the file appears whole under its name, or not at all.
    ///
    /// - Parameter replacing: true to take the place of a file that is there. A store is never replaced, in use or not.
    /// - Throws: `file` or `storage` when it cannot be written, or is there already and not to be replaced.
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

    /// A file that is there must be meant, and must not be a store: one has files beside it that carry its name, and is in
    /// write-ahead-log mode.
    private func check(_ location: FileLocation, replacing: Bool) throws {
        guard try location.size() != nil else { return }
        guard replacing else { throw LLMBatchError.exists(path) }
        let isStore =
            ["-wal", "-shm", "-lock", "-gate"].contains { location.size(beside: $0) != nil }
            || location.isInLogMode
        guard !isStore else {
            throw LLMBatchError(
                .file, "\(path) is a store, not an export, and is not replaced", hint: "Name another file")
        }
    }

    // MARK: - Reading

    /// Copies every batch of the file into a storage, oldest first.
    ///
    /// The file is checked as a whole before anything is copied: its schema, its pages, the hash and the counts of each
    /// batch. What can be taken over is, and the report says what was left and why. The copies are marked as imported
    /// (``LLMBatchCore/BatchRecord/importedAt``), and take over only what ``LLMBatchCore/ProviderCatalog/portable(_:)``
    /// leaves of their settings: anybody may have written the file.
    ///
    /// - Parameter catalog: knows which options may be taken over; without it, none is.
    /// - Throws: `file` when there is no such file, `storage` when it is not ours or damaged; then nothing was copied.
    public func read(into storage: any BatchStorage, catalog: ProviderCatalog = ProviderCatalog()) async throws
        -> ImportReport
    {
        let source = try await PortableSource(path: path)
        defer { source.close() }
        var report = ImportReport()
        for record in try await source.records() {
            let copy = BatchCopy(
                batch: record.id, source: source.storage, target: storage, file: path, catalog: catalog)
            do {
                try await copy.run()
                report.batches.append(try await Batch.load(record.id, storage: storage, catalog: catalog))
            } catch let error as LLMBatchError where Self.concernsOneBatch(error) {
                report.skipped.append(ImportReport.Skipped(batch: record.id, name: record.name, reason: error))
            }
        }
        return report
    }

    /// Whether the other batches of the file can come all the same.
    private static func concernsOneBatch(_ error: LLMBatchError) -> Bool {
        [.nameTaken, .wrongState, .heldElsewhere].contains(error.code)
    }
}

/// What an import did.
public struct ImportReport: Sendable {
    /// The batches that are in the storage as they are in the file, oldest first.
    public internal(set) var batches: [Batch] = []
    /// The others.
    public internal(set) var skipped: [Skipped] = []

    /// A batch of the file that was not taken over.
    public struct Skipped: Sendable {
        /// Its id.
        public let batch: BatchID
        /// Its name in the file.
        public let name: String?
        /// Why: `wrongState` where the storage has a later state of it, `nameTaken` where another batch has its name,
        /// `heldElsewhere` where the copy in the storage is being driven.
        public let reason: LLMBatchError

        /// True where the storage has all of it, and more.
        public var isSuperseded: Bool { reason.code == .wrongState }
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
