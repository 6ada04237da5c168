public import Foundation

/// A program that runs beside a test: its first line of output says where it can be found, and it ends when its input does.
public enum Companion {
    /// Thrown when the program ended without saying anything.
    public struct Silent: Error {}

    /// Runs a program while `body` runs, which is given the program's first line.
    public static func withRunning<R>(
        _ binary: URL, _ arguments: [String], _ body: (String) async throws -> R
    ) async throws -> R {
        let process = Process()
        let (input, output) = (Pipe(), Pipe())
        process.executableURL = binary
        process.arguments = arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.run()
        let result: Result<R, any Error>
        do {
            let line = try await firstLine(of: output.fileHandleForReading)
            result = .success(try await body(line))
        } catch {
            result = .failure(error)
        }
        try input.fileHandleForWriting.close()
        await detached { process.waitUntilExit() }
        return try result.get()
    }

    private static func firstLine(of handle: FileHandle) async throws -> String {
        let line = await detached {
            var line = Data()
            while let byte = try? handle.read(upToCount: 1), !byte.isEmpty, byte != Data([0x0A]) { line += byte }
            return String(decoding: line, as: UTF8.self)
        }
        guard !line.isEmpty else { throw Silent() }
        return line
    }

    /// Waiting blocks a thread, which must not be one of the few that run tasks.
    private static func detached<T: Sendable>(_ wait: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: wait()) }
        }
    }
}
