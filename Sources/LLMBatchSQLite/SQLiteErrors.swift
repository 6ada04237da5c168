package import GRDB
package import LLMBatchCore

extension LLMBatchError {
    /// What went wrong with a file, without the values of any statement; other errors stay as they are.
    package static func of(_ error: any Error, path: String, _ mode: SQLiteStorage.Mode) -> any Error {
        switch error {
        case let error as DatabaseError: mode == .shared ? sqlite(error, path: path) : single(error, path: path, mode)
        case let error as DamagedValue: damaged(path, "\(error.column) \(error.reason)")
        case is RowDecodingError: damaged(path, "a value is not of the type of its column")
        default: error
        }
    }

    package static func damaged(_ path: String, _ reason: String) -> LLMBatchError {
        LLMBatchError(
            .storage, "\(path) is damaged: \(reason)",
            hint: "Nothing was changed. Use another copy of it, or save what can be read: sqlite3 \(path) .recover")
    }

    /// A file that is only read, or a copy that nobody else writes.
    private static func single(_ error: DatabaseError, path: String, _ mode: SQLiteStorage.Mode) -> LLMBatchError {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return LLMBatchError(
                .storage, "\(path) is not a SQLite file",
                hint: "Name a file that export wrote; to send a file of requests: llmbatch run \(path)")
        case .SQLITE_READONLY where mode == .readOnly:
            return LLMBatchError(
                .storage, "\(path) may not be written here and is opened for reading only",
                hint: "Check the permissions of the file and its folder")
        case .SQLITE_CANTOPEN where mode == .readOnly:
            return LLMBatchError(
                .storage, "\(path) cannot be read here: \(reason)",
                hint: "If \(path)-wal is beside it, copy both to a folder that may be written")
        // The statements are ours and fit our schema; so what does not fit is in the file.
        case .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_SCHEMA, .SQLITE_RANGE:
            return damaged(path, reason)
        default: return sqlite(error, path: path)
        }
    }

    private static func sqlite(_ error: DatabaseError, path: String) -> LLMBatchError {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return LLMBatchError(.storage, "\(path) is not a SQLite file", hint: "Name another file with --db")
        case .SQLITE_CORRUPT: return damaged(path, reason)
        case .SQLITE_FULL:
            return LLMBatchError(
                .storageUnavailable, "the disk of \(path) is full",
                hint: "Nothing is half-written; free some space and run the same command again")
        case .SQLITE_BUSY:
            return LLMBatchError(
                .storageUnavailable, "\(path) is being written by another process", hint: "Try again in a moment")
        case .SQLITE_IOERR:
            return LLMBatchError(
                .storageUnavailable, "\(path): \(reason) (SQLite \(error.extendedResultCode.rawValue))",
                hint: "Nothing is half-written; check the disk and run the same command again")
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY:
            return LLMBatchError(
                .storage, "\(path) cannot be opened for writing: \(reason)", hint: "Check the path and its permissions")
        default:
            return LLMBatchError(.storage, "\(path): \(reason) (SQLite \(error.extendedResultCode.rawValue))")
        }
    }
}
