import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that appears under its name only when all of it is written: a temporary beside it, fsync, rename.
struct AtomicFile {
    private let path: String
    private let temporary: String
    private let handle: FileHandle

    init(path: String) throws {
        self.path = path
        temporary = path + ".\(RandomName.make(length: 8)).tmp"
        let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0o600)
        guard descriptor >= 0 else { throw Self.failure(path) }
        handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ bytes: [UInt8]) throws {
        do { try handle.write(contentsOf: Data(bytes)) } catch { throw Self.failure(path) }
    }

    func commit() throws {
        guard fsync(handle.fileDescriptor) == 0, rename(temporary, path) == 0 else { throw Self.failure(path) }
    }

    func discard() {
        unlink(temporary)
    }

    private static func failure(_ path: String) -> LLMBatchError {
        LLMBatchError(.file, "\(path) could not be written: \(String(cString: strerror(errno)))")
    }
}
