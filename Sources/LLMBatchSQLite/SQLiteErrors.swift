import GRDB
package import LLMBatchCore

extension LLMBatchError {
    /// Translates an error of a file, without the values of any statement; other errors are returned unchanged.
    package static func of(_ error: any Error, path: String, _ mode: SQLiteStorage.Mode) -> any Error {
        switch error {
        case let error as DatabaseError: mode == .shared ? sqlite(error, path: path) : single(error, path: path, mode)
        case let error as DamagedValue: damaged(path, "\(error.column) \(error.reason)")
        case is RowDecodingError: damaged(path, "a value does not have the type of its column")
        default: error
        }
    }

    package static func damaged(_ path: String, _ reason: String) -> LLMBatchError {
        LLMBatchError(
            .storage, "\(path) is damaged: \(reason)",
            remedy: "Nothing was changed. Use another copy of it, or recover what can be read: sqlite3 \(path) .recover"
        )
    }

    /// An error in a file that is only read, or in a copy that no one else writes.
    private static func single(_ error: DatabaseError, path: String, _ mode: SQLiteStorage.Mode) -> LLMBatchError {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return LLMBatchError(
                .storage, "\(path) is not a SQLite file",
                remedy: Remedy(
                    "Name an exported file; to send a file of requests, create a batch from it", .run(file: path)))
        case .SQLITE_READONLY where mode == .readOnly:
            return LLMBatchError(
                .storage, "\(path) is not writable here and is opened read-only",
                remedy: "Check the permissions of the file and its folder")
        case .SQLITE_CANTOPEN where mode == .readOnly:
            return LLMBatchError(
                .storage, "\(path) cannot be read here: \(reason)",
                remedy: "If \(path)-wal is beside it, copy both to a writable folder")
        // The statements are ours and match our schema, so a mismatch is in the file.
        case .SQLITE_ERROR, .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_SCHEMA, .SQLITE_RANGE:
            return damaged(path, reason)
        default: return sqlite(error, path: path)
        }
    }

    private static func sqlite(_ error: DatabaseError, path: String) -> LLMBatchError {
        let reason = error.message ?? "SQLite error \(error.resultCode.rawValue)"
        switch error.resultCode {
        case .SQLITE_NOTADB:
            return LLMBatchError(.storage, "\(path) is not a SQLite file", remedy: Remedy(nil, .give(.store)))
        case .SQLITE_CORRUPT: return damaged(path, reason)
        case .SQLITE_FULL:
            return LLMBatchError(
                .storageUnavailable, "the disk of \(path) is full",
                remedy: Remedy("Nothing is half-written; free some space", .again))
        case .SQLITE_BUSY:
            return LLMBatchError(
                .storageUnavailable, "\(path) is being written by another process", remedy: "Try again in a moment")
        case .SQLITE_IOERR:
            return LLMBatchError(
                .storageUnavailable, "\(path): \(reason) (SQLite \(error.extendedResultCode.rawValue))",
                remedy: Remedy("Nothing is half-written; check the disk", .again))
        case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_READONLY:
            return LLMBatchError(
                .storage, "\(path) cannot be opened for writing: \(reason)",
                remedy: "Check the path and its permissions")
        default:
            return LLMBatchError(.storage, "\(path): \(reason) (SQLite \(error.extendedResultCode.rawValue))")
        }
    }
}
