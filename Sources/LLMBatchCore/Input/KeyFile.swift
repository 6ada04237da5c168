package import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that holds a secret: its owner's alone, or it is not read.
package struct KeyFile {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// Longer is no secret but something else.
    private static let longest = 1 << 16

    /// The bytes of the file.
    ///
    /// What is checked is the file that was opened, so that it cannot be replaced in between.
    ///
    /// - Parameter what: what it holds, for errors.
    /// - Throws: `keyRefused` when it cannot be read, is no file, or may be read by others.
    package func bytes(of what: String) throws -> Data {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw refused("the \(what) file \(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var state = stat()
        guard fstat(descriptor, &state) == 0, state.st_mode & S_IFMT == S_IFREG else {
            throw refused("\(path) is no file that could hold a \(what)")
        }
        guard state.st_mode & 0o077 == 0 else {
            throw refused("the \(what) file \(path) can be read or written by others", "chmod 600 \(path)")
        }
        let data = state.st_size <= Self.longest ? try file.readToEnd() ?? Data() : nil
        guard let data, data.count <= Self.longest else {
            throw refused("\(path) holds no \(what)")
        }
        return data
    }

    private func refused(_ message: String, _ hint: String? = nil) -> LLMBatchError {
        LLMBatchError(.keyRefused, message, hint: hint)
    }
}
