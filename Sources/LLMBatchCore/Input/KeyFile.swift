package import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// A file that holds a secret. It is read only if no one but its owner has access to it.
package struct KeyFile {
    package let path: String

    package init(_ path: String) { self.path = path }

    /// A longer file does not hold a secret.
    private static let longest = 1 << 16

    /// The bytes of the file.
    ///
    /// The checks apply to the opened file, so it cannot be replaced in between.
    ///
    /// - Parameter what: what the file holds, for error messages.
    /// - Throws: `keyRefused` when it cannot be opened, is not a file, is empty, or is accessible to others.
    package func bytes(of what: String) throws -> Data {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw refused("the \(what) file \(path) cannot be opened: \(String(cString: strerror(errno)))")
        }
        let file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var state = stat()
        guard fstat(descriptor, &state) == 0, state.st_mode & S_IFMT == S_IFREG else {
            throw refused("\(path) is not a file that can hold a \(what)")
        }
        guard state.st_mode & 0o077 == 0 else {
            throw refused("the \(what) file \(path) is accessible to other users", "chmod 600 \(path)")
        }
        let data = state.st_size <= Self.longest ? try file.readToEnd() ?? Data() : nil
        guard let data, data.count <= Self.longest else {
            throw refused("\(path) does not contain a \(what)")
        }
        return data
    }

    private func refused(_ message: String, _ remedy: Remedy? = nil) -> LLMBatchError {
        LLMBatchError(.keyRefused, message, remedy: remedy)
    }
}
