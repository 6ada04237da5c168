import Foundation
import LLMBatchCore
import LLMBatchSQLite
import Synchronization
import Testing

#if canImport(Glibc)
    import Glibc
#elseif canImport(Darwin)
    import Darwin
#endif

@Suite("The write lock", .timeLimit(.minutes(2)))
struct WriteLockTests {
    /// Whoever writes without a pause is running when it lets go of the lock, and who waits must be woken first.
    @Test("A busy writer does not starve a waiting one")
    func whoWritesAgainAndAgainDoesNotShutOutWhoWaits() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            let order = Mutex<[String]>([])
            try await onThread {
                let (busy, other) = (
                    try WriteLock(besides: path, patience: 60),
                    try WriteLock(besides: path, patience: 60, politeness: 0)
                )
                let finished = DispatchSemaphore(value: 0)
                for round in 0..<50 {
                    try busy.holding {
                        Thread.detachNewThread {
                            try? other.holding { order.withLock { $0.append("other \(round)") } }
                            finished.signal()
                        }
                        try Self.waitUntilLocked(path + "-gate")
                    }
                    try busy.holding { order.withLock { $0.append("busy \(round)") } }
                    finished.wait()
                }
            }
            #expect(order.withLock { $0 } == (0..<50).flatMap { ["other \($0)", "busy \($0)"] })
        }
    }

    @Test("A writer that waits too long gets an error and leaves nothing locked")
    func whoWaitsTooLongIsToldAndLeavesNothingLocked() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            try await onThread {
                let holder = try WriteLock(besides: path, patience: 60)
                let hurried = try WriteLock(besides: path, patience: 0.05)
                try holder.holding {
                    for _ in 0..<3 { #expect(throws: LLMBatchError.self) { try hurried.holding {} } }
                }
                // Those that gave up let go of what they waited for once they get it.
                try WriteLock(besides: path, patience: 60).holding {}
            }
        }
    }

    @Test("A lock that cannot be created gives the reason")
    func aWaitThatCannotBeMadeSaysWhy() async throws {
        try await TemporaryFolder.with { folder in
            let path = folder.newPath()
            try await onThread {
                let holder = try WriteLock(besides: path, patience: 60)
                let waiter = try WriteLock(besides: path, patience: 60)
                try holder.holding {
                    // There is nothing to wait at any more.
                    unlink(path + "-lock")
                    let start = DispatchTime.now()
                    let error = #expect(throws: LLMBatchError.self) { try waiter.holding {} }
                    #expect(error?.message == "\(path)-lock cannot be locked: No such file or directory")
                    #expect(DispatchTime.now() < start + 30)
                }
            }
        }
    }

    /// Waits until a file is locked by somebody.
    private static func waitUntilLocked(_ path: String) throws {
        let descriptor = open(path, O_RDWR | O_CLOEXEC)
        try #require(descriptor >= 0)
        defer { close(descriptor) }
        // Whoever only passes the gate has it locked for a moment, too.
        var seenLocked = 0
        while seenLocked < 1000 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 {
                flock(descriptor, LOCK_UN)
                seenLocked = 0
            } else {
                seenLocked += 1
            }
            sched_yield()
        }
    }

    /// Locks block, so they need a thread that is none of those that run tasks.
    private func onThread(_ body: @escaping @Sendable () throws -> Void) async throws {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread { continuation.resume(with: Result { try body() }) }
        }
    }
}
