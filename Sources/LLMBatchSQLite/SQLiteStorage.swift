public import LLMBatchCore
import Foundation
package import GRDB

/// Batches in one SQLite file: durable at every return, shared by any number of processes of one machine.
///
/// Every write is one transaction, synced to the disk before the call returns (`synchronous = FULL`): what was
/// acknowledged survives the end of the process and the loss of power. The file is made readable by its owner only.
public struct SQLiteStorage: BatchStorage {
    /// The path of the file.
    public let path: String
    package let database: any DatabaseWriter
    package let mode: Mode
    /// Tells copies that this storage makes from those that others make of the same batch.
    let instance = BatchID.random()
    /// Nil where nobody else can write: a portable copy.
    private let lock: WriteLock?

    /// Opens a file, making it when it is not there and bringing an older schema up to date.
    ///
    /// - Throws: `storage` when the file is somebody else's, was written by a newer version, or cannot be used.
    public init(path: String) throws {
        try self.init(path: path, mode: .shared)
    }

    /// Opens a file that must be there, only to read it where it may not be written.
    ///
    /// - Throws: `notFound` when there is no such file; otherwise as ``init(path:)``.
    public init(existing path: String) throws {
        guard let location = try FileLocation(existing: path), try location.size() != nil else {
            throw LLMBatchError(
                .notFound, "there are no batches yet: \(path) does not exist",
                hint: "llmbatch run FILE creates it; or name another store with --db")
        }
        try self.init(path: path, mode: location.isWritable ? .shared : .readOnly)
    }

    /// What the file is opened for.
    package enum Mode: Sendable {
        /// Daily work, by several processes: write-ahead log.
        case shared
        /// A portable copy being written: one file, no log beside it.
        case portable
        /// A portable copy being read.
        case readOnly
    }

    /// - Parameter name: what errors call the file, where that is not the path.
    package init(path: String, mode: Mode, named name: String? = nil) throws {
        self.path = name ?? path
        self.mode = mode
        do {
            let file = SQLiteFile(location: try FileLocation(path), mode: mode)
            if mode != .readOnly { try file.prepare() }
            lock = mode == .shared ? try WriteLock(besides: file.location.path, patience: SQLiteFile.busyTimeout) : nil
            database = try lock?.holding { try file.open() } ?? file.open()
        } catch { throw LLMBatchError.of(error, path: name ?? path, mode) }
    }

    /// A file that was handed in and is open already.
    init(handedIn path: String, _ database: any DatabaseWriter) {
        self.path = path
        self.database = database
        mode = .readOnly
        lock = nil
    }

    /// Reads in one consistent snapshot.
    package func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do { return try await database.read(body) } catch { throw LLMBatchError.of(error, path: path, mode) }
    }

    /// Writes in one immediate transaction, while no other process writes.
    package func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await database.writeWithoutTransaction { [lock] db in
                try lock?.holding { try db.committing(body) } ?? db.committing(body)
            }
        } catch { throw LLMBatchError.of(error, path: path, mode) }
    }
}

extension BatchStorage where Self == SQLiteStorage {
    /// The storage in a SQLite file, made when it is not there.
    ///
    /// - Throws: `storage` when the file is somebody else's, was written by a newer version, or cannot be used.
    public static func sqlite(_ path: String) throws -> SQLiteStorage {
        try SQLiteStorage(path: path)
    }
}

extension SQLiteStorage {
    /// Closes the file; no call may follow.
    package func close() throws { try database.close() }

    /// Reads the whole file and looks for damage: pages, indexes, constraints, references, and counts that are not those
    /// of the rows.
    ///
    /// - Throws: `storage` naming the first damage found.
    public func checkIntegrity() async throws {
        let damage = try await read { db -> String? in
            let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
            if verdict != "ok" { return verdict ?? "unreadable" }
            if let table = try String.fetchOne(db, sql: "PRAGMA foreign_key_check") {
                return "a row of \(table) refers to nothing"
            }
            return try db.firstWrongCount()
        }
        if let damage { throw LLMBatchError.damaged(path, damage) }
    }
}

extension Database {
    /// Runs `body` in one immediate transaction.
    fileprivate func committing<Value>(_ body: (Database) throws -> Value) throws -> Value {
        var value: Value?
        try inTransaction(.immediate) {
            value = try body(self)
            return .commit
        }
        guard let value else {
            throw DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction gave no value")
        }
        return value
    }
}
