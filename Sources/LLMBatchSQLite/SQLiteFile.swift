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

/// Opens a storage file so that it meets its guarantees, or refuses it.
struct SQLiteFile {
    /// `LLMB` in ASCII: the `application_id` of our files.
    static let applicationID: Int64 = 0x4C4C_4D42
    /// The page size of a new file, in bytes: with lines of a kilobyte, larger pages waste less than SQLite's 4096.
    private static let pageSize = 8192
    /// How long a write waits for a write of another process.
    static let busyTimeout: TimeInterval = 30

    let location: FileLocation
    let mode: SQLiteStorage.Mode

    private var name: String { location.name }

    /// Creates the file if it does not exist. An existing file is examined without touching it or its folder, so that a
    /// foreign file is refused before any of our files is beside it.
    func prepare() throws {
        guard try !location.createPrivately() else { return }
        guard try location.size() != 0 else {
            // An empty file that already existed; from now on it contains private data.
            chmod(location.path, 0o600)
            return
        }
        // The header alone identifies the owner of the file. The rest cannot be read without the log of another
        // process.
        guard header()?.applicationID != Self.applicationID else { return }
        guard !location.hasLog, location.size(beside: "-journal") == nil else { return }
        let queue = try DatabaseQueue(path: immutablePath, configuration: configuration(readonly: true))
        defer { try? queue.close() }
        try queue.read { db in
            let id = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            guard id != Self.applicationID else { return }
            let isEmpty = try id == 0 && Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
            if !isEmpty { throw foreign }
        }
    }

    /// What the header of a SQLite file says, without the log beside it; nil when the file is too short to have one.
    private func header() -> (applicationID: Int64, userVersion: Int64)? {
        guard let handle = FileHandle(forReadingAtPath: location.path) else { return nil }
        defer { try? handle.close() }
        guard let header = try? handle.read(upToCount: 72), header.count == 72 else { return nil }
        func number(at offset: Int) -> Int64 { header.dropFirst(offset).prefix(4).reduce(0) { $0 << 8 | Int64($1) } }
        return (number(at: 68), number(at: 60))
    }

    /// True when the header alone shows a file that this version may open and migrate.
    private var isOurs: Bool {
        header().map { $0.applicationID == Self.applicationID && $0.userVersion <= SQLiteMigrations.head } ?? false
    }

    func open() throws -> any DatabaseWriter {
        if mode == .readOnly {
            let queue = try openForReading()
            try queue.read { try check($0) }
            return queue
        }
        // A file that shows it is ours needs no connection to find out.
        if !isOurs { try claimFile() }
        let writer: any DatabaseWriter =
            mode == .shared
            ? try DatabasePool(path: location.path, configuration: configuration(readonly: false))
            : try DatabaseQueue(path: location.path, configuration: configuration(readonly: false))
        try writer.writeWithoutTransaction { db in
            try check(db)
            try makeDurable(db)
            try migrate(db)
        }
        return writer
    }

    /// Opens a read-only connection to a file with any schema.
    ///
    /// A file in write-ahead-log mode is read through two files beside it. When these do not exist and cannot be
    /// created, no one can be writing through them, and the file is read as immutable.
    ///
    /// - Parameter isUnchanging: true to read it as immutable in any case, without creating files beside it.
    func openForReading(isUnchanging: Bool = false) throws -> DatabaseQueue {
        guard try location.size() != nil else { throw LLMBatchError(.notFound, "there is no file \(name)") }
        guard access(location.path, R_OK) == 0 else {
            throw LLMBatchError(
                .storage, "\(name) cannot be read: \(FileLocation.reason(errno))", remedy: "Check its permissions")
        }
        let cannotChange =
            !location.isFolderWritable && !location.hasLog && location.size(beside: "-journal") == nil
        return try DatabaseQueue(
            path: isUnchanging || cannotChange ? immutablePath : location.path,
            configuration: configuration(readonly: true))
    }

    /// The path as a URI with which SQLite neither locks the file nor looks for a log beside it.
    private var immutablePath: String {
        let plain = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/._-~")
        return
            "file://\(location.path.addingPercentEncoding(withAllowedCharacters: plain) ?? location.path)?immutable=1"
    }

    private func configuration(readonly: Bool) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.busyMode = .timeout(Self.busyTimeout)
        configuration.foreignKeysEnabled = true
        configuration.maximumReaderCount = 3
        configuration.prepareDatabase { db in
            // A foreign file must not run any code of its own.
            try db.execute(sql: "PRAGMA trusted_schema = OFF")
            // An existing file keeps its own.
            if !readonly { try db.execute(sql: "PRAGMA page_size = \(Self.pageSize)") }
        }
        return configuration
    }

    /// Marks a new file as ours; examines any other file without touching it.
    private func claimFile() throws {
        let queue = try DatabaseQueue(path: location.path, configuration: configuration(readonly: false))
        defer { try? queue.close() }
        try queue.write { db in
            let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
            let id = try Int64.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            if isEmpty, id == 0, version == 0 { try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)") }
        }
        try queue.read { try check($0) }
    }

    /// The schema version of one of our files.
    ///
    /// - Throws: `storage` for a file of another program, or of a newer version of this one.
    func version(_ db: Database) throws -> Int {
        guard try Int64.fetchOne(db, sql: "PRAGMA application_id") == Self.applicationID else { throw foreign }
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        guard version <= SQLiteMigrations.head else {
            throw LLMBatchError(
                .storage,
                "\(name) was written by a newer version (schema \(version), this version supports \(SQLiteMigrations.head))",
                remedy: "It was not changed; use the newer version")
        }
        return version
    }

    private func check(_ db: Database) throws {
        let version = try version(db)
        if mode == .readOnly, version < SQLiteMigrations.head {
            throw LLMBatchError(
                .storage, "\(name) has an older schema (\(version)) and is not writable here, so it cannot be migrated",
                remedy: "Copy it to a folder of your own and open the copy")
        }
    }

    private var foreign: LLMBatchError {
        LLMBatchError(
            .storage, "\(name) is another program's SQLite file", remedy: "It was not changed; name another file")
    }

    /// GRDB lowers `synchronous` to NORMAL when it switches to the write-ahead log, and a power loss could then lose a
    /// commit. So FULL is set afterwards, and verified.
    private func makeDurable(_ db: Database) throws {
        try db.execute(sql: "PRAGMA synchronous = FULL")
        try db.execute(sql: "PRAGMA fullfsync = ON")
        // After a checkpoint the log shrinks again from what a burst of writes needed.
        try db.execute(sql: "PRAGMA journal_size_limit = \(16 * 1024 * 1024)")
        guard try Int.fetchOne(db, sql: "PRAGMA synchronous") == 2 else {
            throw LLMBatchError(.storage, "\(name) cannot be written durably: SQLite refuses synchronous = FULL")
        }
    }

    /// Migrates the schema to the newest version, one transaction per step, so that an interrupted step has not
    /// happened.
    private func migrate(_ db: Database) throws {
        let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
        for migration in SQLiteMigrations.all where migration.number > version {
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
