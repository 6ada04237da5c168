import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that appears under its name only when all of it is written: a temporary beside it, fsync, rename, and fsync of
/// the folder, which holds the name.
///
/// A name that is a link is followed; one that is no file (a device, a pipe, a folder) is refused, not replaced.
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

    /// Gives a file that is written and synced its name, so that a loss of power does not take it away again.
    ///
    /// - Parameter replacing: false to refuse a name that a file has by then.
    /// - Throws: `file` when it cannot be named, or when it is and the disk does not say that it will stay so.
    package static func name(_ temporary: String, _ path: String, replacing: Bool = true) throws {
        if replacing {
            guard rename(temporary, path) == 0 else { throw failure(path) }
        } else {
            try nameFirst(temporary, path)
        }
        let folder = open(URL(filePath: path).deletingLastPathComponent().path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        // A folder that may be written to and not read cannot be synced; the system syncs it in its own time.
        guard folder >= 0 else { return }
        defer { close(folder) }
        // Some file systems have no sync for folders and say so.
        guard fsync(folder) == 0 || errno == EINVAL else { throw failure(path) }
    }

    /// A name that nothing has, whoever makes a file of it in the same moment.
    private static func nameFirst(_ temporary: String, _ path: String) throws {
        if link(temporary, path) == 0 {
            unlink(temporary)
            return
        }
        guard errno != EEXIST else { throw LLMBatchError.exists(path) }
        // Some file systems have no second names.
        guard [EPERM, EOPNOTSUPP, ENOSYS, EMLINK].contains(errno) else { throw failure(path) }
        var status = stat()
        guard lstat(path, &status) != 0 else { throw LLMBatchError.exists(path) }
        guard rename(temporary, path) == 0 else { throw failure(path) }
    }

    package func discard() {
        unlink(temporary)
    }

    /// The file that a name leads to.
    ///
    /// - Throws: `file` when it is something else than a file, or a name for one.
    package static func target(_ path: String) throws -> String {
        var status = stat()
        guard stat(path, &status) == 0 else { return path }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw LLMBatchError(
                .file, "\(path) is not a file that could be replaced", hint: "Name a file, or use - for standard output"
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
    /// A file is not replaced unless that is asked for.
    package static func exists(_ path: String) -> LLMBatchError {
        LLMBatchError(.file, "\(path) already exists", hint: "Name another file, or replace it with --force")
    }
}
