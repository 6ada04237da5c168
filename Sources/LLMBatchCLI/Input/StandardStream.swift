import Foundation
import LLMBatch

/// Files that come from standard input or go to standard output, for what needs a file with a name.
enum StandardStream {
    /// A name in the folder for temporary files that nothing has.
    private static func temporaryPath() -> String {
        FileManager.default.temporaryDirectory.appending(path: "llmbatch-\(BatchID.random()).tmp").path
    }

    /// Works on a file that holds what standard input gives; the file is removed afterwards.
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

    /// Gives what is written into a file to standard output; the file is removed afterwards.
    ///
    /// - Throws: `invalidConfiguration` when standard output is a terminal, which cannot show it.
    static func withOutput(_ write: (String) async throws -> Void) async throws {
        guard isatty(FileHandle.standardOutput.fileDescriptor) == 0 else {
            throw LLMBatchError(
                .invalidConfiguration, "standard output is a terminal, which cannot show a SQLite file",
                hint: "Name a file, or send the output into one: … > FILE")
        }
        let path = temporaryPath()
        defer { unlink(path) }
        try await write(path)
        try await FileBytes(path: path).read { try Terminal.write($0) }
    }
}
