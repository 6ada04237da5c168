import Dispatch
import Foundation
import LLMBatchCore
import Synchronization

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#elseif canImport(Darwin)
    import Darwin
#endif

/// Lets one process at a time write to a storage file, and with it checkpoint: a lock on a file beside it.
///
/// SQLite's own locks keep writers apart, but until version 3.51.3 a checkpoint and a write that meet at one instant
/// could, rarely, damage the file (its "WAL-reset" defect); here they never meet. The system gives the lock up when its
/// process ends, however it ends.
final class WriteLock: Sendable {
    private let path: String
    private let descriptor: Int32
    private let patience: TimeInterval

    /// - Parameter patience: how long a write waits for another process's, in seconds.
    init(besides database: String, patience: TimeInterval) throws {
        path = database + "-lock"
        self.patience = patience
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LLMBatchError(
                .storage, "\(path) cannot be made: \(String(cString: strerror(errno)))",
                hint: "Check the folder and its permissions")
        }
    }

    deinit { close(descriptor) }

    /// Runs `body` while no other process writes. Blocks its thread, which must be one that may block.
    ///
    /// - Throws: `storageUnavailable` when another process keeps the lock too long; what `body` throws.
    func holding<Value>(_ body: () throws -> Value) throws -> Value {
        let held = try acquire()
        defer { if held == descriptor { flock(held, LOCK_UN) } else { close(held) } }
        return try body()
    }

    /// Takes the lock and returns the descriptor that holds it.
    private func acquire() throws -> Int32 {
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return descriptor }
        // Waiting in the system's queue is fair, which trying again and again is not; but it cannot be given up. So a
        // thread waits with a descriptor of its own, and lets go of it when nobody waits for the thread any more.
        let waiting = WaitingForLock()
        let (path, patience) = (path, patience)
        Thread.detachNewThread { waiting.run(path) }
        guard let held = waiting.result(within: patience) else {
            throw LLMBatchError(
                .storageUnavailable, "another process has been writing to this store for \(Int(patience)) seconds",
                hint: "Nothing was changed; is one of them stopped? Then try again")
        }
        return held
    }
}

/// One wait for a lock, given up after a while.
private final class WaitingForLock: Sendable {
    private enum State {
        case waiting
        case held(Int32)
        case givenUp
    }

    private let state = Mutex(State.waiting)
    private let done = DispatchSemaphore(value: 0)

    func run(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        while descriptor >= 0, flock(descriptor, LOCK_EX) != 0, errno == EINTR {}
        let isWanted = state.withLock { state in
            guard case .waiting = state, descriptor >= 0 else { return false }
            state = .held(descriptor)
            return true
        }
        if !isWanted, descriptor >= 0 { close(descriptor) }
        done.signal()
    }

    /// The descriptor that holds the lock; nil when it did not get it in time.
    func result(within seconds: TimeInterval) -> Int32? {
        _ = done.wait(timeout: .now() + seconds)
        return state.withLock { state in
            if case .held(let descriptor) = state { return descriptor }
            state = .givenUp
            return nil
        }
    }
}
