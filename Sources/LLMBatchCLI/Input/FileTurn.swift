import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// One process at a time makes a batch of a file: of two that are started at once, the second finds what the first made.
///
/// A lock of the system on the file itself, which changes nothing of it and ends with the process. A file that cannot be
/// locked, or that is none, is not waited for.
enum FileTurn {
    /// Does something while no other process that asks for a turn has the file.
    static func taking<R: Sendable>(_ path: String, _ work: () async throws -> R) async throws -> R {
        let descriptor = await detached { locked(path) }
        defer { if descriptor >= 0 { close(descriptor) } }
        return try await work()
    }

    private static func locked(_ path: String) -> Int32 {
        let real = URL(filePath: path).resolvingSymlinksInPath().path
        // Opening a pipe would take what it holds from whoever reads it.
        guard (try? FileManager.default.attributesOfItem(atPath: real)[.type] as? FileAttributeType) == .typeRegular
        else {
            return -1
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        while descriptor >= 0, flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        return descriptor
    }

    /// Waiting blocks a thread, which must not be one of the few that run tasks.
    private static func detached(_ wait: @escaping @Sendable () -> Int32) async -> Int32 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: wait()) }
        }
    }
}
