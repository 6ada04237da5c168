import Foundation

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Lets one process at a time create a batch from a file: of two started at once, the second finds the first one's.
///
/// A system lock on the file itself, which leaves the file unchanged and ends with the process. A path that cannot be
/// locked, or is not a regular file, is not waited for.
enum FileLock {
    /// Runs the work while holding the lock.
    static func taking<R: Sendable>(_ path: String, _ work: () async throws -> R) async throws -> R {
        let descriptor = await detached { locked(path) }
        defer { if descriptor >= 0 { close(descriptor) } }
        return try await work()
    }

    private static func locked(_ path: String) -> Int32 {
        let real = URL(filePath: path).resolvingSymlinksInPath().path
        // Opening a pipe would take its contents from its reader.
        guard (try? FileManager.default.attributesOfItem(atPath: real)[.type] as? FileAttributeType) == .typeRegular
        else {
            return -1
        }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        while descriptor >= 0, flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        return descriptor
    }

    /// Waits on a thread of its own, since blocking one of the few that run tasks would stall them.
    private static func detached(_ wait: @escaping @Sendable () -> Int32) async -> Int32 {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: wait()) }
        }
    }
}
