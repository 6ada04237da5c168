import Foundation
import LLMBatchCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file of a journal: lines are appended, and each is on the disk before the next one.
final class JournalFile {
    private let path: String
    private let handle: FileHandle
    /// The number of bytes in complete lines.
    private var length: UInt64 = 0

    /// Opens or creates the file; no other process can open it until it is closed.
    ///
    /// - Throws: `storageUnavailable` while it is open elsewhere; `storage` if it cannot be opened or created.
    init(path: String) throws {
        let isNew = !FileManager.default.fileExists(atPath: path)
        if isNew {
            _ = FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        guard let handle = FileHandle(forUpdatingAtPath: path) else {
            throw LLMBatchError(.storage, "the journal \(path) cannot be opened")
        }
        guard flock(handle.fileDescriptor, LOCK_EX | LOCK_NB) == 0 else {
            throw LLMBatchError(
                .storageUnavailable, "the journal \(path) is open elsewhere", remedy: "Close it there first")
        }
        if isNew { try Self.syncFolder(of: path) }
        self.path = path
        self.handle = handle
    }

    /// Reads all entries, and truncates a last line that is incomplete: its operation never returned.
    ///
    /// - Throws: `storage` for a complete line that cannot be read.
    func entries() throws -> [JournalEntry] {
        let bytes = try handle.readToEnd() ?? Data()
        let whole = bytes.lastIndex(of: 0x0A).map { bytes[...$0] } ?? Data()
        length = UInt64(whole.count)
        try handle.truncate(atOffset: length)
        return try zip(1..., whole.split(separator: 0x0A)).map { number, line in
            do { return try JournalEntry(line: line) } catch {
                throw LLMBatchError(.storage, "line \(number) of the journal \(path) cannot be read")
            }
        }
    }

    /// Appends a line, and returns once it is on the disk; a partial write is rolled back.
    func append(_ line: Data) throws {
        do {
            try handle.write(contentsOf: line)
            try handle.synchronize()
            length += UInt64(line.count)
        } catch {
            try? handle.truncate(atOffset: length)
            throw LLMBatchError(
                .storageUnavailable, "the journal \(path) cannot be written",
                remedy: "Free some space, then open it again")
        }
    }

    /// Closes the file and lets others open it.
    func close() throws { try handle.close() }

    /// Makes the name of a new file survive a power loss, too.
    private static func syncFolder(of path: String) throws {
        let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
        let handle = try FileHandle(forReadingFrom: folder)
        try handle.synchronize()
        try handle.close()
    }
}
