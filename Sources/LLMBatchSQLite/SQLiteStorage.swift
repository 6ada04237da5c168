public import LLMBatchCore
import Foundation
package import GRDB

/// Stores batches in one SQLite file, durably and shared by any number of processes on one machine.
///
/// Every write is one transaction, synced to disk before the call returns (`synchronous = FULL`), so it survives the
/// end of the process and a loss of power. Only its owner can read the file.
public struct SQLiteStorage: BatchStorage {
    /// The path of the file.
    public let path: String
    package let database: any DatabaseWriter
    package let mode: Mode
    /// Distinguishes copies made through this storage from copies that others make of the same batch.
    let instance = BatchID.random()
    /// Nil where no one else can write: a portable copy.
    private let lock: WriteLock?

    /// Opens a file, creating it if it does not exist and migrating an older schema.
    ///
    /// - Throws: `storage` when the file belongs to another program, was written by a newer version, or cannot be used.
    public init(path: String) throws {
        try self.init(path: path, mode: .shared)
    }

    /// Opens an existing file; read-only where it is not writable.
    ///
    /// - Throws: `notFound` when the file does not exist; otherwise as ``init(path:)``.
    public init(existing path: String) throws {
        guard let location = try FileLocation(existing: path), try location.size() != nil else {
            throw LLMBatchError(
                .notFound, "there are no batches yet: \(path) does not exist",
                remedy: Remedy("It is created with the first batch", .give(.store)))
        }
        try self.init(path: path, mode: location.isWritable ? .shared : .readOnly)
    }

    /// How the file is opened.
    package enum Mode: Sendable {
        /// For normal use by several processes, with a write-ahead log.
        case shared
        /// To write a portable copy: one file, without a log.
        case portable
        /// To read a portable copy.
        case readOnly
    }

    /// - Parameter name: the name of the file in errors, where that is not its path.
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

    /// A file from elsewhere that is already open.
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
    /// The storage in a SQLite file, which is created if it does not exist.
    ///
    /// - Throws: `storage` when the file belongs to another program, was written by a newer version, or cannot be used.
    public static func sqlite(_ path: String) throws -> SQLiteStorage {
        try SQLiteStorage(path: path)
    }
}

extension Storage {
    /// Opens the storage in a SQLite file, and creates it where there is none.
    ///
    /// Open a file once, share the storage, and close it at the end: each open storage holds connections of its own.
    ///
    /// - Throws: `storage` when the file is somebody else's, was written by a newer version, or cannot be used.
    public static func sqlite(_ path: String) throws -> SQLiteStorage { try SQLiteStorage(path: path) }
}

extension SQLiteStorage {
    /// Closes the file and gives back its connections; no call may follow.
    public func close() throws { try database.close() }

    /// Reads the complete file and checks it for damage: pages, indexes, constraints, references, and counts that do
    /// not match their rows.
    ///
    /// - Throws: `storage` with the first damage found.
    public func checkIntegrity() async throws {
        let damage = try await read { db -> String? in
            let verdict = try String.fetchOne(db, sql: "PRAGMA integrity_check(1)")
            if verdict != "ok" { return verdict ?? "unreadable" }
            if let table = try String.fetchOne(db, sql: "PRAGMA foreign_key_check") {
                return "a row of \(table) has a dangling reference"
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
            throw DatabaseError(resultCode: .SQLITE_ABORT, message: "the transaction returned no value")
        }
        return value
    }
}
