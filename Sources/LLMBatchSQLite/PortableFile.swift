import Foundation
public import LLMBatchCore

/// A batch, or several, in one file that can be carried anywhere: a SQLite database of the usual schema without a log.
public struct PortableFile: Sendable {
    private let path: String

    /// Makes one of its parts.
    public init(path: String) { self.path = path }

    /// Writes one batch; the file appears whole under its name, or not at all.
    ///
    /// - Throws: `file` or `storage` when it cannot be written, or is there already and not to be replaced.
    public func write(_ batch: Batch, replacing: Bool = false) async throws {
        let path = try AtomicFile.target(path)
        try check(path, against: batch, replacing: replacing)
        let temporary = "\(path).\(BatchID.random()).tmp"
        do {
            let storage = try SQLiteStorage(path: temporary, mode: .portable)
            try await batch.save(to: storage)
            try storage.close()
            try AtomicFile.name(temporary, path)
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// A file that is there must be meant, and must not be the one that the batches live in.
    private func check(_ path: String, against batch: Batch, replacing: Bool) throws {
        guard FileManager.default.fileExists(atPath: path) else { return }
        guard replacing else {
            throw LLMBatchError(
                .file, "\(path) is there already", hint: "Name another file, or replace it with --force")
        }
        let store = (batch.storage as? SQLiteStorage).flatMap { try? AtomicFile.target($0.path) }
        let isStore = store.map { [$0, $0 + "-wal", $0 + "-shm", $0 + "-lock", $0 + "-gate"].contains(path) } ?? false
        guard !isStore, !FileManager.default.fileExists(atPath: path + "-wal") else {
            throw LLMBatchError(.file, "\(path) is a store in use and is not replaced", hint: "Name another file")
        }
    }

    private func temporaryCopy() throws -> String {
        let copy = FileManager.default.temporaryDirectory.appendingPathComponent("llmbatch-\(BatchID.random()).db").path
        do {
            try FileManager.default.copyItem(atPath: path, toPath: copy)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: copy)
        } catch {
            throw LLMBatchError(.file, "\(path) could not be copied to bring it up to date: \(error)")
        }
        return copy
    }

    /// Copies every batch of the file into a storage, oldest first.
    ///
    /// Where a key comes from is not taken over from a file, which anybody may have written: it could send a key of this
    /// machine to an address of its choice.
    ///
    /// - Throws: `file` when there is no such file, `storage` when it is none of ours or damaged.
    public func read(into storage: any BatchStorage) async throws -> [Batch] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), !isFolder.boolValue else {
            throw LLMBatchError(.file, "there is no file \(path)", hint: "Check the path")
        }
        // A file of an older schema is brought up to date in a copy: what was handed to us stays as it is.
        let copy = try SQLiteFile(path: path, mode: .readOnly).isOlder() ? try temporaryCopy() : nil
        defer { if let copy { try? FileManager.default.removeItem(atPath: copy) } }
        let source = try SQLiteStorage(path: copy ?? path, mode: copy == nil ? .readOnly : .portable)
        defer { try? source.close() }
        try await source.checkIntegrity()
        var ids: [BatchID] = []
        var query = BatchQuery()
        while true {
            let page = try await source.batches(query)
            ids += page.elements.map(\.id)
            guard page.hasMore, let last = page.elements.last else { break }
            query.after = last.id
        }
        var batches: [Batch] = []
        for id in ids.reversed() {
            try await BatchCopy(batch: id, source: source, target: storage, file: path).run()
            batches.append(try await Batch.load(id, storage: storage, catalog: ProviderCatalog()))
        }
        return batches
    }
}
