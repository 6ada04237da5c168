import Foundation

#if canImport(Glibc)
    import Glibc
    private let systemRead = Glibc.read
#elseif canImport(Musl)
    import Musl
    private let systemRead = Musl.read
#elseif canImport(Darwin)
    import Darwin
    private let systemRead = Darwin.read
#endif

/// The bytes of a file, read a chunk at a time, any number of times.
///
/// Input that can be read only once (a pipe, a terminal) is first copied into a private, unnamed temporary file.
package struct FileBytes: Sendable {
    private static let chunkSize = 256 * 1024

    private let handle: FileHandle
    private let name: String

    /// Opens a file, a named pipe or a device.
    ///
    /// - Throws: `file` when it does not exist, is a folder, or cannot be read.
    package init(path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw LLMBatchError(.file, "there is no file \(path)", remedy: "Check the path")
        }
        guard !isFolder.boolValue else { throw LLMBatchError(.file, "\(path) is a folder, not a file") }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw LLMBatchError(.file, "\(path) is not readable", remedy: "Check its permissions")
        }
        try self.init(handle, name: path)
    }

    /// Standard input.
    package static func standardInput() throws -> FileBytes { try FileBytes(.standardInput, name: "standard input") }

    private init(_ handle: FileHandle, name: String) throws {
        self.name = name
        var status = stat()
        let isRegular = fstat(handle.fileDescriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        self.handle = isRegular ? handle : try Self.copy(handle, name: name)
    }

    /// Calls `receive` with each chunk, from the start.
    package func read(_ receive: ([UInt8]) async throws -> Void) async throws {
        try Self.guarded(name) { try handle.seek(toOffset: 0) }
        while let chunk = try next(handle) { try await receive(chunk) }
    }

    /// The first bytes, up to a maximum.
    package func prefix(_ count: Int) throws -> [UInt8] {
        try Self.guarded(name) { try handle.seek(toOffset: 0) }
        var bytes: [UInt8] = []
        while bytes.count < count, let chunk = try next(handle) { bytes += chunk.prefix(count - bytes.count) }
        return bytes
    }

    /// Read with the system's own call: on Linux, `FileHandle` reads pages of 4 KB.
    private func next(_ handle: FileHandle) throws -> [UInt8]? {
        let chunk = try [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { buffer, count in
            var result = -1
            repeat {
                result = systemRead(handle.fileDescriptor, buffer.baseAddress, buffer.count)
            } while result < 0 && errno == EINTR
            guard result >= 0 else {
                throw LLMBatchError(.file, "\(name) could not be read: \(String(cString: strerror(errno)))")
            }
            count = result
        }
        return chunk.isEmpty ? nil : chunk
    }

    private static func copy(_ source: FileHandle, name: String) throws -> FileHandle {
        let path = FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(RandomName.make(length: 12))")
            .path
        let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LLMBatchError(.file, "\(name) could not be buffered: \(String(cString: strerror(errno)))")
        }
        // Unlinked, so it disappears with the process in any case.
        unlink(path)
        let copy = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        while let data = try guarded(name, { try source.read(upToCount: chunkSize) }), !data.isEmpty {
            try guarded(name) { try copy.write(contentsOf: data) }
        }
        return copy
    }

    private static func guarded<Value>(_ name: String, _ body: () throws -> Value) throws -> Value {
        do { return try body() } catch {
            throw LLMBatchError(.file, "\(name) could not be read: \(error.localizedDescription)")
        }
    }
}
