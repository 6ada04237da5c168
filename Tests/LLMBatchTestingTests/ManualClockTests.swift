import Foundation
import LLMBatchCore
import LLMBatchSimulator
import LLMBatchTesting
import Testing

@Suite("Manual clock")
struct ManualClockTests {
    @Test("A manual clock stands still until it is advanced")
    func standsStill() {
        let start = Date(timeIntervalSince1970: 1000)
        let clock = ManualClock(now: start, jitter: 0.25)
        #expect(clock.runnerClock.now() == start)
        clock.advance(by: .milliseconds(1500))
        #expect(clock.runnerClock.now() == start + 1.5)
        #expect(clock.runnerClock.jitter() == 0.25)
        #expect(!clock.advanceToNextDeadline())
        #expect(clock.now == start + 1.5)
    }

    @Test("Sleepers wake when they are due, the earliest first")
    func order() async throws {
        let clock = ManualClock(now: Date(timeIntervalSince1970: 0))
        let (woken, wake) = AsyncStream.makeStream(of: Int.self)
        var awake = woken.makeAsyncIterator()
        for (count, seconds) in zip(1..., [30, 10, 20]) {
            Task {
                try await clock.runnerClock.sleep(.seconds(seconds)); wake.yield(seconds)
            }
            try await clock.waitForSleepers(count)
        }
        #expect(clock.deadlines.map(\.timeIntervalSince1970) == [10, 20, 30])
        clock.advance(by: .seconds(10))
        #expect(await awake.next() == 10)
        clock.advance(by: .seconds(9))
        #expect(clock.deadlines.count == 2)
        #expect(clock.advanceToNextDeadline())
        #expect(clock.now.timeIntervalSince1970 == 20)
        #expect(await awake.next() == 20)
        clock.advance(by: .seconds(100))
        #expect(await awake.next() == 30)
        #expect(clock.deadlines.isEmpty)
    }

    @Test("A sleeper that is cancelled throws CancellationError, before its sleep and during it")
    func cancellation() async throws {
        let clock = ManualClock()
        let asleep = Task { try await clock.sleep(for: .seconds(10)) }
        try await clock.waitForSleepers()
        asleep.cancel()
        await #expect(throws: CancellationError.self) { try await asleep.value }
        #expect(clock.deadlines.isEmpty)
        let early = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            try await clock.sleep(for: .zero)
        }
        await #expect(throws: CancellationError.self) { try await early.value }
    }

    @Test("Waiting for sleepers can be cancelled")
    func cancelledWatcher() async throws {
        let clock = ManualClock()
        let watcher = Task { try await clock.waitForSleepers(3) }
        watcher.cancel()
        await #expect(throws: CancellationError.self) { try await watcher.value }
    }

    @Test("A sleep of zero or less returns at once")
    func nothing() async throws {
        let clock = ManualClock()
        try await clock.sleep(for: .zero)
        try await clock.sleep(for: .seconds(-1))
    }

    @Test("Time advances by itself while the given number of tasks sleep")
    func passing() async throws {
        let clock = ManualClock(now: Date(timeIntervalSince1970: 0))
        let end = try await clock.passing(whenAsleep: 2) {
            async let short: Void = {
                for _ in 1...6 { try await clock.sleep(for: .seconds(10)) }
            }()
            for _ in 1...3 { try await clock.sleep(for: .seconds(15)) }
            let end = clock.now
            clock.advance(by: .seconds(10))
            _ = try? await clock.waitForSleepers()
            clock.advance(by: .seconds(10))
            try await short
            return end
        }
        #expect(end.timeIntervalSince1970 == 45)
    }
}
