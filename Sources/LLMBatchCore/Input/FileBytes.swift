import Foundation

/// The bytes of a file, a chunk at a time.
package struct FileBytes {
    private static let chunkSize = 256 * 1024

    private let handle: FileHandle
    private let name: String

    /// Opens a file.
    ///
    /// - Throws: `file` when it is not there, is a folder, or may not be read.
    package init(path: String) throws {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw LLMBatchError(.file, "there is no file \(path)", hint: "Check the path")
        }
        guard !isFolder.boolValue else { throw LLMBatchError(.file, "\(path) is a folder, not a file") }
        guard let handle = FileHandle(forReadingAtPath: path) else {
            throw LLMBatchError(.file, "\(path) may not be read", hint: "Check its permissions")
        }
        self.handle = handle
        name = path
    }

    private init(handle: FileHandle, name: String) {
        self.handle = handle
        self.name = name
    }

    /// Standard input.
    package static var standardInput: FileBytes { FileBytes(handle: .standardInput, name: "standard input") }

    /// The next chunk; nil at the end.
    package func next() throws -> [UInt8]? {
        do {
            guard let data = try handle.read(upToCount: Self.chunkSize), !data.isEmpty else { return nil }
            return [UInt8](data)
        } catch {
            throw LLMBatchError(.file, "\(name) could not be read: \(error.localizedDescription)")
        }
    }
}
