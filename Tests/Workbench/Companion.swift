public import Foundation

/// A program that runs beside a test: what it says first tells where it can be found.
public enum Companion {
    /// Thrown when the program ended without saying anything.
    public struct Silent: Error {}

    /// Runs a program while `body` runs, which is given what the program says before the first `end`.
    ///
    /// Then its input ends, and it should too; one that takes no notice of its input is terminated.
    public static func withRunning<R>(
        _ binary: URL, _ arguments: [String], until end: String = "\n", terminates: Bool = false,
        _ body: (String) async throws -> R
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
            let opening = try await opening(of: output.fileHandleForReading, until: Data(end.utf8))
            result = .success(try await body(opening))
        } catch {
            result = .failure(error)
        }
        try input.fileHandleForWriting.close()
        if terminates { process.terminate() }
        await detached { process.waitUntilExit() }
        return try result.get()
    }

    private static func opening(of handle: FileHandle, until end: Data) async throws -> String {
        let said = await detached {
            var said = Data()
            while !said.suffix(end.count).elementsEqual(end), let byte = try? handle.read(upToCount: 1), !byte.isEmpty {
                said += byte
            }
            return said
        }
        guard said.count > end.count else { throw Silent() }
        return String(decoding: said.dropLast(end.count), as: UTF8.self)
    }

    /// Waiting blocks a thread, which must not be one of the few that run tasks.
    private static func detached<T: Sendable>(_ wait: @escaping @Sendable () -> T) async -> T {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: wait()) }
        }
    }
}
