import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that appears under its name only once it is complete: a temporary file beside it, fsync, rename, and fsync of
/// the folder that holds the name.
///
/// Symbolic links are followed. A device, pipe or folder is refused, never replaced.
package struct AtomicFile {
    private let path: String
    private let temporary: String
    private let handle: FileHandle

    package init(path: String) throws {
        let path = try Self.target(path)
        self.path = path
        temporary = path + ".\(RandomName.make(length: 8)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    package func write(_ bytes: [UInt8]) throws {
        do { try handle.write(contentsOf: Data(bytes)) } catch { throw Self.failure(path) }
    }

    package func commit() throws {
        guard fsync(handle.fileDescriptor) == 0 else { throw Self.failure(path) }
        try Self.name(temporary, path)
    }

    /// Gives a written and synced file its name, durably: the name survives a loss of power.
    ///
    /// - Parameter replacing: false to refuse a name that has been taken by then.
    /// - Throws: `file` when it cannot be renamed, or when the folder cannot be synced afterwards.
    package static func name(_ temporary: String, _ path: String, replacing: Bool = true) throws {
        if replacing {
            guard rename(temporary, path) == 0 else { throw failure(path) }
        } else {
            try nameFirst(temporary, path)
        }
        let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that is writable but not readable cannot be synced; the system syncs it in its own time.
        guard folder >= 0 else { return }
        defer { close(folder) }
        // Some file systems do not support fsync on folders, and say so.
        guard fsync(folder) == 0 || errno == EINVAL else { throw failure(path) }
    }

    /// Takes the name only if it is free, even against a process that creates the file at the same moment.
    private static func nameFirst(_ temporary: String, _ path: String) throws {
        if link(temporary, path) == 0 {
            unlink(temporary)
            return
        }
        guard errno != EEXIST else { throw LLMBatchError.exists(path) }
        // Some file systems have no hard links.
        guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else { throw failure(path) }
        var status = stat()
        guard lstat(path, &status) != 0 else { throw LLMBatchError.exists(path) }
        guard rename(temporary, path) == 0 else { throw failure(path) }
    }

    package func discard() {
        unlink(temporary)
    }

    /// Resolves the path to the file that will be written.
    ///
    /// - Throws: `file` when the path exists and is not a regular file.
    package static func target(_ path: String) throws -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return path }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw LLMBatchError(
                .file, "\(path) is not a regular file", remedy: "Name another file"
            )
        }
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func failure(_ path: String) -> LLMBatchError {
        LLMBatchError(.file, "\(path) could not be written: \(String(cString: strerror(errno)))")
    }
}

extension LLMBatchError {
    /// The error for a path that exists and may not be replaced.
    package static func exists(_ path: String) -> LLMBatchError {
        LLMBatchError(.file, "\(path) already exists", remedy: Remedy("Name another file", .give(.replacing)))
    }
}
