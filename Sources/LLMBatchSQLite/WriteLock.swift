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

    private func politely() throws -> LockFile.Held? {
        try file.tryAcquire() ?? (politeness > 0 ? file.acquire(until: .now() + min(politeness, patience)) : nil)
    }

    private func closingTheGate(until deadline: DispatchTime) throws -> LockFile.Held {
        let closed = try acquire(gate, until: deadline)
        defer { closed.release() }
        return try acquire(file, until: deadline)
    }

    private func acquire(_ file: LockFile, until deadline: DispatchTime) throws -> LockFile.Held {
        guard let held = try file.tryAcquire() ?? file.acquire(until: deadline) else {
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
                .storage, "\(path) cannot be created: \(String(cString: strerror(errno)))",
                hint: "Check the folder and its permissions")
        }
    }

    deinit { close(descriptor) }

    /// - Throws: why the file cannot be locked at all; nil while somebody else has it locked.
    func tryAcquire() throws -> Held? {
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return Held(descriptor: descriptor, isBorrowed: false) }
        guard errno == EWOULDBLOCK || errno == EINTR else { throw failure(errno) }
        return nil
    }

    private func failure(_ code: Int32) -> LLMBatchError {
        // Descriptors and memory may be free again in a moment; a file system without locks stays without.
        let passes = [EMFILE, ENFILE, ENOMEM, ENOLCK].contains(code)
        return LLMBatchError(
            passes ? .storageUnavailable : .storage, "\(path) cannot be locked: \(String(cString: strerror(code)))",
            hint: passes ? "Nothing was changed; try again" : "Put the store on a local disk, whose files can be locked"
        )
    }

    /// Waits in the system's queue, which is fair as trying again and again is not; but it cannot be given up. So a thread
    /// waits with a descriptor of its own, and lets go of it when nobody waits for the thread any more.
    func acquire(until deadline: DispatchTime) throws -> Held? {
        let waiting = WaitingForLock()
        Thread.detachNewThread { [path] in waiting.run(path) }
        switch waiting.result(until: deadline) {
        case .held(let descriptor): return Held(descriptor: descriptor, isBorrowed: true)
        case .failed(let code): throw failure(code)
        case .waiting, .givenUp: return nil
        }
    }
}

/// One wait for a lock, given up after a while.
private final class WaitingForLock: Sendable {
    enum State {
        case waiting
        case held(Int32)
        case failed(Int32)
        case givenUp
    }

    private let state = Mutex(State.waiting)
    private let done = DispatchSemaphore(value: 0)

    func run(_ path: String) {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        var failure = descriptor < 0 ? errno : 0
        while failure == 0, flock(descriptor, LOCK_EX) != 0 { failure = errno == EINTR ? 0 : errno }
        let isWanted = state.withLock { state in
            guard case .waiting = state else { return false }
            state = failure == 0 ? .held(descriptor) : .failed(failure)
            return failure == 0
        }
        if !isWanted, descriptor >= 0 { close(descriptor) }
        done.signal()
    }

    /// How the wait ended; given up when it did not get the lock in time.
    func result(until deadline: DispatchTime) -> State {
        _ = done.wait(timeout: deadline)
        return state.withLock { state in
            if case .waiting = state { state = .givenUp }
            return state
        }
    }
}
