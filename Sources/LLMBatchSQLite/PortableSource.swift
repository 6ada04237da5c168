import Foundation
import GRDB
import LLMBatchCore
import LLMBatchSQLiteMigrations

/// An untrusted file, opened for reading after its schema, then its pages and references, then its contents have been
/// checked.
struct PortableSource {
    let storage: SQLiteStorage
    /// The private copy in which a file with an older schema was migrated.
    private let copy: String?

    /// - Throws: `file` when the file does not exist, `storage` when it is damaged or not an LLMBatch file.
    init(path: String, readPolicy: BatchPolicyReader?) async throws {
        guard let location = try FileLocation(existing: path), try location.size() != nil else {
            throw LLMBatchError(.file, "there is no file \(path)", remedy: "Check the path")
        }
        // A closed store is read without creating its log again, and from a copy, since it may be opened at any time.
        let isClosedStore = !location.hasLog && location.isInLogMode
        let stamp = location.stamp
        do {
            let queue = try SQLiteFile(location: location, mode: .readOnly).openForReading(isUnchanging: isClosedStore)
            let version = try await queue.read { db in
                try Self.check(db, SQLiteFile(location: location, mode: .readOnly))
            }
            if version == SQLiteMigrations.head, !isClosedStore {
                (storage, copy) = (SQLiteStorage(handedIn: path, queue), nil)
            } else {
                defer { try? queue.close() }
                let copy = try Self.copy(queue)
                self.copy = copy
                guard !isClosedStore || (location.stamp == stamp && !location.hasLog) else {
                    try? FileManager.default.removeItem(atPath: copy)
                    throw LLMBatchError(
                        .storageUnavailable, "\(path) was opened by another process while it was being read",
                        remedy: Remedy("Nothing was imported", .again))
                }
                do { storage = try SQLiteStorage(path: copy, mode: .portable, named: path) } catch {
                    try? FileManager.default.removeItem(atPath: copy)
                    throw error
                }
            }
        } catch { throw LLMBatchError.of(error, path: path, .readOnly) }
        do {
            try await storage.checkIntegrity()
            try await PortableContent(storage, readPolicy).check()
        } catch {
            close()
            throw error
        }
    }

    func close() {
        try? storage.close()
        if let copy { try? FileManager.default.removeItem(atPath: copy) }
    }

    /// - Returns: the version of its schema.
    private static func check(_ db: Database, _ file: SQLiteFile) throws -> Int {
        let version = try file.version(db)
        guard version >= 1 else { throw LLMBatchError.damaged(file.location.name, "it has no schema of ours") }
        if let difference = try SchemaCheck.firstDifference(in: db, version: version) {
            throw LLMBatchError.damaged(file.location.name, difference)
        }
        let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
        guard verdict == "ok" else { throw LLMBatchError.damaged(file.location.name, verdict ?? "it cannot be read") }
        return version
    }

    /// A copy of the pages, with what a log beside the file holds, for its owner alone.
    private static func copy(_ source: DatabaseQueue) throws -> String {
        let folder = FileManager.default.temporaryDirectory.path
        let location = try FileLocation("\(folder)/llmbatch-\(BatchID.random()).db")
        guard try location.createPrivately() else {
            throw LLMBatchError(.file, "\(location.path) already exists", remedy: Remedy(nil, .again))
        }
        do {
            let target = try DatabaseQueue(path: location.path)
            defer { try? target.close() }
            try source.backup(to: target)
            // The copy has no log beside it, whatever the source had.
            try target.writeWithoutTransaction { db in _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = DELETE")
            }
        } catch {
            try? FileManager.default.removeItem(atPath: location.path)
            throw error
        }
        return location.path
    }
}
