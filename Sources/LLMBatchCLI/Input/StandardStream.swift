import Foundation
import LLMBatch

/// Temporary files for standard input and output, for operations that need a named file.
enum StandardStream {
    /// An unused name in the folder for temporary files.
    private static func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(BatchID.random()).tmp").path
    }

    /// Works on a file with the contents of standard input; the file is removed afterwards.
    static func withInput<Value>(_ work: (String) async throws -> Value) async throws -> Value {
        let path = temporaryPath()
        let file = try AtomicFile(path: path)
        defer { unlink(path) }
        do {
            try await FileBytes.standardInput().read { try file.write($0) }
            try file.commit()
        } catch {
            file.discard()
            throw error
        }
        return try await work(path)
    }

    /// Writes a file, then copies it to standard output; the file is removed afterwards.
    ///
    /// - Throws: `invalidConfiguration` when standard output is a terminal, which cannot show it.
    static func withOutput(_ write: (String) async throws -> Void) async throws {
        guard isatty(FileHandle.standardOutput.fileDescriptor) == 0 else {
            throw LLMBatchError(
                .invalidConfiguration, "standard output is a terminal, which cannot show a SQLite file",
                remedy: "Name a file, or redirect the output: … > FILE")
        }
        let path = temporaryPath()
        defer { unlink(path) }
        try await write(path)
        try await FileBytes(path: path).read { try Terminal.write($0) }
    }
}
