import Foundation
import GRDB
import LLMBatchCore
import LLMBatchSQLiteMigrations

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Opens a storage file so that it keeps its promises, or refuses it.
struct SQLiteFile {
    /// `LLMB` in ASCII: what `PRAGMA application_id` says of our files.
    static let applicationID: Int64 = 0x4C4C_4D42
    /// How long a write waits for another process's write.
    static let busyTimeout: TimeInterval = 30

    let path: String
    let mode: SQLiteStorage.Mode

    func open() throws -> any DatabaseWriter {
        if mode == .readOnly {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            try queue.read { try check($0) }
            return queue
        }
        try createPrivately()
        try claimFile()
        let writer: any DatabaseWriter =
            mode == .shared
            ? try DatabasePool(path: path, configuration: configuration)
            : try DatabaseQueue(path: path, configuration: configuration)
        try writer.writeWithoutTransaction { db in
            try makeDurable(db)
            try migrate(db)
        }
        return writer
    }

    /// True for a file of ours whose schema is older than the head.
    func isOlder() throws -> Bool {
        do {
            let queue = try DatabaseQueue(path: path, configuration: configuration)
            defer { try? queue.close() }
            return try queue.read { db in
                let id = try Int64.fetchOne(db, sql: "PRAGMA application_id")
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                return id == Self.applicationID && version < SQLiteMigrations.head
            }
        } catch let error as DatabaseError {
            if error.resultCode == .SQLITE_NOTADB {
                throw LLMBatchError(
                    .storage, "\(path) is not a SQLite file", hint: "Name a file that export wrote")
            }
            throw LLMBatchError.sqlite(error, path: path)
        }
    }

    private var configuration: Configuration {
        var configuration = Configuration()
        configuration.readonly = mode == .readOnly
        configuration.busyMode = .timeout(Self.busyTimeout)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 3
        configuration.prepareDatabase { db in
            // A file that came from elsewhere must not run anything of its own.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
        }
        return configuration
    }

    /// SQLite would make the file readable by everybody; -wal and -shm take over the permissions found here.
    private func createPrivately() throws {
        let descriptor = Self.create(path)
        if descriptor >= 0 {
            close(descriptor)
        } else if errno == EEXIST {
            // An empty file that somebody made beforehand holds nothing yet; from now on it holds what is private.
            var status = stat()
            if stat(path, &status) == 0, status.st_size == 0 { chmod(path, 0o600) }
        } else {
            throw LLMBatchError(
                .storage, "\(path) cannot be made: \(String(cString: strerror(errno)))",
                hint: "Check the folder and its permissions")
        }
    }

    private static func create(_ path: String) -> Int32 {
        #if canImport(Glibc)
            Glibc.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        #elseif canImport(Musl)
            Musl.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        #else
            Darwin.open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        #endif
    }

    /// Marks a new file as ours, and looks at any other without touching it, before anything is written to it.
    private func claimFile() throws {
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        defer { try? queue.close() }
        try queue.write { db in
            let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
            let id = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            if isEmpty, id == 0, version == 0 { try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)") }
        }
        try queue.read { try check($0) }
    }

    private func check(_ db: Database) throws {
        let id = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
        guard id == Self.applicationID else {
            throw LLMBatchError(
                .storage, "\(path) is a SQLite file of another program",
                hint: "It was not touched; name another file")
        }
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= SQLiteMigrations.head else {
            throw LLMBatchError(
                .storage,
                "\(path) was written by a newer version (schema \(version), this one knows \(SQLiteMigrations.head))",
                hint: "It was not touched; use the newer version")
        }
        if mode == .readOnly, version < SQLiteMigrations.head {
            throw LLMBatchError(
                .storage, "\(path) has an older schema (\(version)) and is opened for reading only",
                hint: "Open it once for writing to bring it up to date")
        }
    }

    /// GRDB lowers `synchronous` to NORMAL when it switches to the write-ahead log; a commit could then vanish with the
    /// power. So FULL is set afterwards, and read back.
    private func makeDurable(_ db: Database) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.execute(sql: "PRAGMA fullfsync = ON")
        // After a checkpoint the log gives back what a burst of writes made it grow by.
        try db.execute(sql: "PRAGMA journal_size_limit = \(16 * 1024 * 1024)")
        guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
            throw LLMBatchError(.storage, "\(path) cannot be written durably: SQLite refuses synchronous = FULL")
        }
    }

    /// Takes the schema to its head, one transaction a step, so that an interrupted step has not happened.
    private func migrate(_ db: Database) throws {
        for migration in SQLiteMigrations.all {
            try db.inTransaction(.immediate) {
                // Read under the write lock: another process may have done this step meanwhile.
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                if version < migration.number {
                    let statements = try db.allStatements(sql: migration.sql)
                    while let statement = try statements.next() {
                        try statement.execute()
                        Failpoint.migrationAfterStatement.pass()
                    }
                    try db.execute(sql: "PRAGMA user_version = \(migration.number)")
                }
                return .commit
            }
        }
    }
}
