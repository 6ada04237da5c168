import Dispatch
package import Foundation
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
///
/// A process that writes again and again is running when it lets go of the lock, and takes it before one that waits and must
/// first be woken. That is quick, and for a moment it may be so. A second file is the gate to the lock, through which
/// everybody goes; who has waited too long closes it, and is then the next.
package final class WriteLock: Sendable {
    private let gate, file: LockFile
    private let patience, politeness: TimeInterval

    /// - Parameters:
    ///   - patience: how long a write waits for those of other processes, in seconds.
    ///   - politeness: how long of it others may go first.
    package init(besides database: String, patience: TimeInterval, politeness: TimeInterval = 1) throws {
        self.patience = patience
        self.politeness = politeness
        gate = try LockFile(path: database + "-gate")
        file = try LockFile(path: database + "-lock")
    }

    /// Runs `body` while no other process writes. Blocks its thread, which must be one that may block.
    ///
    /// - Throws: `storageUnavailable` when other processes keep the lock too long; what `body` throws.
    package func holding<Value>(_ body: () throws -> Value) throws -> Value {
        let deadline = DispatchTime.now() + patience
        try acquire(gate, until: deadline).release()
        let held = try politely() ?? closingTheGate(until: deadline)
        defer { held.release() }
        return try body()
    }

    private func politely() -> LockFile.Held? {
        file.tryAcquire() ?? (politeness > 0 ? file.acquire(until: .now() + min(politeness, patience)) : nil)
    }

    private func closingTheGate(until deadline: DispatchTime) throws -> LockFile.Held {
        let closed = try acquire(gate, until: deadline)
        defer { closed.release() }
        return try acquire(file, until: deadline)
    }

    private func acquire(_ file: LockFile, until deadline: DispatchTime) throws -> LockFile.Held {
        guard let held = file.tryAcquire() ?? file.acquire(until: deadline) else {
            throw LLMBatchError(
                .storageUnavailable, "other processes have been writing to this store for \(Int(patience)) seconds",
                hint: "Nothing was changed; is one of them stopped? Then try again")
        }
        return held
    }
}

/// A file that one process at a time has locked.
private final class LockFile: Sendable {
    /// The lock, until it is released.
    struct Held {
        let descriptor: Int32
        /// True for a descriptor that was opened for this one time.
        let isBorrowed: Bool

        func release() {
            if isBorrowed { close(descriptor) } else { flock(descriptor, LOCK_UN) }
        }
    }

    private let path: String
    private let descriptor: Int32

    init(path: String) throws {
        self.path = path
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw LLMBatchError(
                .storage, "\(path) cannot be made: \(String(cString: strerror(errno)))",
                hint: "Check the folder and its permissions")
        }
    }

    deinit { close(descriptor) }

    func tryAcquire() -> Held? {
        flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? Held(descriptor: descriptor, isBorrowed: false) : nil
    }

    /// Waits in the system's queue, which is fair as trying again and again is not; but it cannot be given up. So a thread
    /// waits with a descriptor of its own, and lets go of it when nobody waits for the thread any more.
    func acquire(until deadline: DispatchTime) -> Held? {
        let waiting = WaitingForLock()
        Thread.detachNewThread { [path] in waiting.run(path) }
        return waiting.result(until: deadline).map { Held(descriptor: $0, isBorrowed: true) }
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
        var isLocked = false
        while descriptor >= 0, !isLocked {
            isLocked = flock(descriptor, LOCK_EX) == 0
            if !isLocked, errno != EINTR { break }
        }
        let isWanted = state.withLock { state in
            guard case .waiting = state, isLocked else { return false }
            state = .held(descriptor)
            return true
        }
        if !isWanted, descriptor >= 0 { close(descriptor) }
        done.signal()
    }

    /// The descriptor that holds the lock; nil when it did not get it in time.
    func result(until deadline: DispatchTime) -> Int32? {
        _ = done.wait(timeout: deadline)
        return state.withLock { state in
            if case .held(let descriptor) = state { return descriptor }
            state = .givenUp
            return nil
        }
    }
}
