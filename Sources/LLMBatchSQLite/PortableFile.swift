import Foundation
public import LLMBatchCore

/// A batch, or several, in one file that can be carried anywhere: a SQLite database of the usual schema without a log.
public struct PortableFile: Sendable {
    private let path: String

    public init(path: String) { self.path = path }

    /// Writes one batch; the file appears whole under its name, or not at all.
    ///
    /// - Throws: `file` or `storage` when it cannot be written.
    public func write(_ batch: Batch) async throws {
        let temporary = "\(path).\(BatchID.random()).tmp"
        do {
            let storage = try SQLiteStorage(path: temporary, mode: .portable)
            try await batch.save(to: storage)
            try storage.close()
            guard rename(temporary, path) == 0 else {
                throw LLMBatchError(.file, "\(path) could not be written: \(String(cString: strerror(errno)))")
            }
        } catch {
            try? FileManager.default.removeItem(atPath: temporary)
            throw error
        }
    }

    /// Copies every batch of the file into a storage, oldest first.
    ///
    /// - Throws: `file` when there is no such file, `storage` when it is none of ours or damaged.
    public func read(into storage: any BatchStorage) async throws -> [Batch] {
        guard FileManager.default.fileExists(atPath: path) else {
            throw LLMBatchError(.file, "there is no file \(path)", hint: "Check the path")
        }
        let source = try SQLiteStorage(path: path, mode: .readOnly)
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
            let batch = try await Batch.load(id, storage: source, catalog: ProviderCatalog())
            batches.append(try await batch.save(to: storage))
        }
        return batches
    }
}
