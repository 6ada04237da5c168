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

/// Lets one process at a time write to a storage file, and checkpoint it: a lock on a file beside it.
///
/// SQLite's own locks keep writers apart, but until version 3.51.3 a checkpoint that coincided with a write could,
/// rarely, damage the file (the "WAL-reset" defect); here they never coincide. The system releases the lock when its
/// process ends, however it ends.
///
/// A process that writes repeatedly is running when it releases the lock, and takes it again before a waiting process
/// wakes up. That is faster, and acceptable briefly. A second file is the gate to the lock, which every process passes;
/// a process that has waited too long closes it, and is served next.
package final class WriteLock: Sendable {
    private let gate, file: LockFile
    private let patience, politeness: TimeInterval

    /// - Parameters:
    ///   - patience: how long a write waits for those of other processes, in seconds.
    ///   - politeness: how much of that time others may go first.
    package init(besides database: String, patience: TimeInterval, politeness: TimeInterval = 1) throws {
        self.patience = patience
        self.politeness = politeness
        gate = try LockFile(path: database + "-gate")
        file = try LockFile(path: database + "-lock")
    }

    /// Runs `body` while no other process writes. Blocks its thread, which must be allowed to block.
    ///
    /// - Throws: `storageUnavailable` when other processes keep the lock too long; any error thrown by `body`.
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
                remedy: "Nothing was changed; check whether one of them is suspended, then try again")
        }
        return held
    }
}

/// A file that one process at a time can lock.
private final class LockFile: Sendable {
    /// A held lock, until it is released.
    struct Held {
        let descriptor: Int32
        /// True for a descriptor that was opened for this acquisition.
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
                remedy: "Check the folder and its permissions")
        }
    }

    deinit { close(descriptor) }

    /// - Returns: nil while another process has it locked.
    func tryAcquire() throws -> Held? {
        guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return Held(descriptor: descriptor, isBorrowed: false) }
        guard errno == EWOULDBLOCK || errno == EINTR else { throw failure(errno) }
        return nil
    }

    private func failure(_ code: Int32) -> LLMBatchError {
        // Descriptors and memory may be free again in a moment; a file system without locks remains without them.
        let passes = [EMFILE, ENFILE, ENOMEM, ENOLCK].contains(code)
        return LLMBatchError(
            passes ? .storageUnavailable : .storage, "\(path) cannot be locked: \(String(cString: strerror(code)))",
            remedy: passes
                ? "Nothing was changed; try again" : "Put the store on a local disk, where files can be locked"
        )
    }

    /// Waits in the system's queue, which is fair, unlike polling, but cannot be interrupted. So a thread waits with a
    /// descriptor of its own, and releases it when no one waits for the thread any more.
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

/// One wait for a lock, abandoned after a while.
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

    /// How the wait ended; abandoned when it did not get the lock in time.
    func result(until deadline: DispatchTime) -> State {
        _ = done.wait(timeout: deadline)
        return state.withLock { state in
            if case .waiting = state { state = .givenUp }
            return state
        }
    }
}
