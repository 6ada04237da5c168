import Foundation
import LLMBatchCore

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// The file that a path leads to, with all links resolved, even when the last one points to a file that does not exist
/// yet.
///
/// The lock and the log of a store are named after this path, so two names of one file are the same store.
struct FileLocation {
    /// The absolute path, without links.
    let path: String
    /// The path as given, for messages.
    let name: String

    /// - Throws: `storage` when a folder on the way does not exist or cannot be entered, or links form a cycle.
    init(_ name: String) throws {
        switch try Self.follow(name) {
        case .path(let path): (self.path, self.name) = (path, name)
        case .noFolder(let folder):
            throw LLMBatchError(.storage, "the folder \(folder) does not exist", remedy: "mkdir -p \(folder)")
        }
    }

    /// The same; nil when the folder of the file does not exist.
    init?(existing name: String) throws {
        guard case .path(let path) = try Self.follow(name) else { return nil }
        (self.path, self.name) = (path, name)
    }

    private enum End {
        case path(String)
        case noFolder(String)
    }

    private static func follow(_ name: String) throws -> End {
        var path = name
        // The number of links that Linux follows.
        for _ in 0..<40 {
            if let real = real(path) { return .path(real) }
            guard errno == ENOENT else { throw unreachable(name, errno) }
            let (folder, file) = split(path)
            guard let realFolder = real(folder) else {
                if errno == ENOENT { return .noFolder(folder) }
                throw unreachable(name, errno)
            }
            let full = realFolder == "/" ? "/\(file)" : "\(realFolder)/\(file)"
            guard let target = target(ofLink: full) else { return .path(full) }
            path = target.hasPrefix("/") ? target : "\(realFolder)/\(target)"
        }
        throw unreachable(name, ELOOP)
    }

    /// The folder of the file.
    var folder: String { Self.split(path).folder }

    /// The size of the file; nil when it does not exist.
    ///
    /// - Throws: `storage` when the path is not a regular file.
    func size() throws -> Int? {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return nil }
            throw Self.unreachable(name, errno)
        }
        switch status.st_mode & S_IFMT {
        case S_IFREG: return Int(status.st_size)
        case S_IFDIR: throw LLMBatchError(.storage, "\(name) is a folder", remedy: "Name a file in it")
        default: throw LLMBatchError(.storage, "\(name) is not a regular file", remedy: "Name a regular file")
        }
    }

    /// Whether the file and its folder may be written.
    var isWritable: Bool { access(path, W_OK) == 0 && isFolderWritable }
    var isFolderWritable: Bool { access(folder, W_OK) == 0 }

    /// The size of a file beside this one; nil when it does not exist.
    func size(beside suffix: String) -> Int? {
        var status = stat()
        return lstat(path + suffix, &status) == 0 ? Int(status.st_size) : nil
    }

    /// True when a log beside the file contains, or may contain, changes that are not in the file yet.
    var hasLog: Bool { (size(beside: "-wal") ?? 0) > 0 || size(beside: "-shm") != nil }

    /// True when the file declares write-ahead-log mode, as stores do and exports do not.
    ///
    /// Only for a file that this process does not have open as a store: closing the descriptor would release its locks.
    var isInLogMode: Bool {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: 20)
        guard read(descriptor, &header, header.count) == header.count else { return false }
        return header.starts(with: Array("SQLite format 3".utf8)) && header[18...].contains(2)
    }

    /// The properties that change when the file is written: its size and modification time.
    struct Stamp: Equatable {
        fileprivate let size: Int64
        fileprivate let seconds, fraction: Int
    }

    var stamp: Stamp? {
        var status = stat()
        guard lstat(path, &status) == 0 else { return nil }
        #if canImport(Darwin)
            let time = status.st_mtimespec
        #else
            let time = status.st_mtim
        #endif
        return Stamp(size: Int64(status.st_size), seconds: time.tv_sec, fraction: time.tv_nsec)
    }

    /// Creates the file with access for its owner only.
    ///
    /// - Returns: false when it already exists.
    func createPrivately() throws -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor < 0 else {
            close(descriptor)
            return true
        }
        guard errno == EEXIST else {
            throw LLMBatchError(
                .storage, "\(name) cannot be created: \(Self.reason(errno))",
                remedy: "Check the folder and its permissions")
        }
        return false
    }

    private static func real(_ path: String) -> String? {
        guard let real = realpath(path, nil) else { return nil }
        defer { free(real) }
        return String(cString: real)
    }

    private static func split(_ path: String) -> (folder: String, file: String) {
        guard let slash = path.lastIndex(of: "/") else { return (".", path) }
        let folder = path[..<slash]
        return (folder.isEmpty ? "/" : String(folder), String(path[path.index(after: slash)...]))
    }

    private static func target(ofLink path: String) -> String? {
        var bytes = [UInt8](repeating: 0, count: 4096)
        let count = bytes.withUnsafeMutableBytes { buffer in
            buffer.bindMemory(to: CChar.self).baseAddress.map { readlink(path, $0, buffer.count) } ?? 0
        }
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static func unreachable(_ name: String, _ code: Int32) -> LLMBatchError {
        LLMBatchError(
            .storage, "\(name) cannot be reached: \(reason(code))",
            remedy: "Check the path and the permissions of its folders")
    }
}
