import Foundation
import GRDB
import GRDBSQLite
import LLMBatchCore

/// A prepared statement that is bound and stepped through SQLite's own interface: for statements that run once per row,
/// where the cost of GRDB's arguments and rows would show.
///
/// A statement is a reference to one in the connection's cache, so it must not be used while another use of the same
/// SQL is being stepped.
struct BareStatement {
    private let statement: Statement
    private let handle: SQLiteStatement

    init(_ db: Database, _ sql: String) throws {
        statement = try db.cachedStatement(sql: sql)
        handle = statement.sqliteStatement
        reset()
    }

    // MARK: - Binding

    func bind(_ index: Int32, _ value: Int64?) throws {
        try check(value.map { sqlite3_bind_int64(handle, index, $0) } ?? sqlite3_bind_null(handle, index))
    }

    func bind(_ index: Int32, _ value: Int?) throws { try bind(index, value.map(Int64.init)) }

    func bind(_ index: Int32, _ value: String?) throws {
        guard var value else { return try check(sqlite3_bind_null(handle, index)) }
        // The copy is short, and the text may live in the string itself.
        try value.withUTF8 { text in
            let bytes = UnsafeRawPointer(text.baseAddress ?? Self.nothing).assumingMemoryBound(to: CChar.self)
            try check(
                sqlite3_bind_text64(handle, index, bytes, UInt64(text.count), Self.copied, UInt8(SQLITE_UTF8)))
        }
    }

    /// Binds a copy of the bytes.
    func bind(_ index: Int32, _ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { raw in
            let start = raw.baseAddress ?? UnsafeRawPointer(Self.nothing)
            try check(sqlite3_bind_blob64(handle, index, start, UInt64(raw.count), Self.copied))
        }
    }

    /// Binds the bytes without copying them, for the time of `body`, which must leave the statement reset.
    func binding<Value>(_ index: Int32, _ bytes: [UInt8]?, _ body: () throws -> Value) throws -> Value {
        guard let bytes else {
            try check(sqlite3_bind_null(handle, index))
            return try body()
        }
        return try bytes.withUnsafeBytes { raw in
            let start = raw.baseAddress ?? UnsafeRawPointer(Self.nothing)
            try check(sqlite3_bind_blob64(handle, index, start, UInt64(raw.count), nil))
            // Afterwards the memory may hold anything.
            defer { sqlite3_bind_null(handle, index) }
            return try body()
        }
    }

    /// A value that could not be bound would be stored as NULL.
    private func check(_ code: Int32) throws { if code != SQLITE_OK { throw failure() } }

    /// What an empty text or blob points to; a null pointer would be NULL.
    private static var nothing: UnsafePointer<UInt8> { ("" as StaticString).utf8Start }
    private static let copied = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    // MARK: - Running

    /// Steps to the next row; false at the end.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default: throw failure()
        }
    }

    /// Runs a statement that returns no rows.
    func run() throws {
        defer { sqlite3_reset(handle) }
        _ = try step()
    }

    /// Makes the statement ready to be run again; its values stay bound.
    func reset() { sqlite3_reset(handle) }

    private func failure() -> DatabaseError {
        let connection = sqlite3_db_handle(handle)
        let message = sqlite3_errmsg(connection).map { String(cString: $0) }
        return DatabaseError(
            resultCode: ResultCode(rawValue: sqlite3_extended_errcode(connection)), message: message)
    }

    // MARK: - Reading the current row

    /// A file can contain anything, so every read checks the type of the value.
    private func type(_ column: Int32) -> Int32 { sqlite3_column_type(handle, column) }

    func optionalInteger(_ column: Int32) throws -> Int64? {
        switch type(column) {
        case SQLITE_INTEGER: sqlite3_column_int64(handle, column)
        case SQLITE_NULL: nil
        default: throw damage(column, "is not an Int")
        }
    }

    func integer(_ column: Int32) throws -> Int64 {
        guard let value = try optionalInteger(column) else { throw damage(column, "is missing") }
        return value
    }

    func optionalText(_ column: Int32) throws -> String? {
        switch type(column) {
        case SQLITE_TEXT:
            guard let text = sqlite3_column_text(handle, column) else { throw failure() }
            return String(
                decoding: UnsafeBufferPointer(start: text, count: Int(sqlite3_column_bytes(handle, column))),
                as: UTF8.self)
        case SQLITE_NULL: return nil
        default: throw damage(column, "is not a String")
        }
    }

    func text(_ column: Int32) throws -> String {
        guard let value = try optionalText(column) else { throw damage(column, "is missing") }
        return value
    }

    func bytes(_ column: Int32) throws -> [UInt8]? {
        switch type(column) {
        case SQLITE_BLOB, SQLITE_TEXT:
            let count = Int(sqlite3_column_bytes(handle, column))
            guard count > 0, let start = sqlite3_column_blob(handle, column) else { return [] }
            return [UInt8](UnsafeRawBufferPointer(start: start, count: count))
        case SQLITE_NULL: return nil
        default: throw damage(column, "is not Data")
        }
    }

    /// The number of bytes of a text or a blob, which is not read for it.
    func size(_ column: Int32) -> Int { Int(sqlite3_column_bytes(handle, column)) }

    func outcome(_ column: Int32) throws -> Outcome? {
        guard let word = try optionalText(column) else { return nil }
        guard let outcome = Outcome(rawValue: word) else { throw damage(column, "is not an outcome") }
        return outcome
    }

    /// A time that this program recorded.
    func time(_ column: Int32) throws -> Date { try Date(stored: try integer(column), in: name(column)) }

    private func damage(_ column: Int32, _ reason: String) -> DamagedValue {
        DamagedValue(column: name(column), reason: reason)
    }

    private func name(_ column: Int32) -> String {
        sqlite3_column_name(handle, column).map { String(cString: $0) } ?? "a column"
    }
}
