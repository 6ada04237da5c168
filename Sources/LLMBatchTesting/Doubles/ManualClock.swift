public import Foundation
public import LLMBatchCore
import Synchronization

/// A clock that stands still until a test advances it, so that no test waits for real time.
///
/// ```swift
/// let clock = ManualClock()
/// let asleep = Task { try await clock.sleep(for: .seconds(10)) }
/// try await clock.waitForSleepers()
/// clock.advance(by: .seconds(10))
/// try await asleep.value
/// ```
///
/// Run a batch on it with ``LLMBatchCore/Batch/on(_:)`` and ``runnerClock``.
public final class ManualClock: Sendable {
    private struct State {
        var now: Date
        var naps = 0
        var sleepers: [Int: Sleeper] = [:]
        var watchers: [Int: Watcher] = [:]
    }

    private struct Sleeper {
        var deadline: Date
        var continuation: CheckedContinuation<Void, any Error>
    }

    private struct Watcher {
        var count: Int
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let state: Mutex<State>
    private let jitter: Double

    /// Creates a clock that shows a fixed time. Start from the present when a provider's own times are compared with
    /// it.
    ///
    /// - Parameter jitter: The constant jitter for retry delays, from 0 to 1.
    public init(now: Date = Date(timeIntervalSince1970: 1_800_000_000), jitter: Double = 0.5) {
        state = Mutex(State(now: now))
        self.jitter = jitter
    }

    /// The current time of this clock.
    public var now: Date { state.withLock { $0.now } }

    /// The deadlines of all sleepers, earliest first.
    public var deadlines: [Date] { state.withLock { $0.sleepers.values.map(\.deadline).sorted() } }

    /// This clock in the form that the runner of a batch uses.
    public var runnerClock: RunnerClock {
        RunnerClock(now: { self.now }, sleep: { try await self.sleep(for: $0) }, jitter: { self.jitter })
    }

    // MARK: - Advancing

    /// Advances the clock and wakes every sleeper that is due, in the order of their deadlines.
    ///
    /// A task that sleeps again does so from the new time. Use small steps where that matters.
    public func advance(by duration: Duration) {
        wake { $0.now + duration.milliseconds }
    }

    /// Advances the clock to the earliest deadline; false when there are no sleepers.
    @discardableResult
    public func advanceToNextDeadline() -> Bool {
        wake { state in state.sleepers.values.map(\.deadline).min() }
    }

    /// Runs `body`, and advances the clock to the next deadline whenever this many tasks sleep.
    ///
    /// An idle batch at a batch provider has two sleepers: one waits for the next poll, the other for the next renewal
    /// of the claim. With a count of two, time passes only when there is nothing to do, and every run is the same.
    public func passing<Value: Sendable>(
        whenAsleep count: Int, _ body: @escaping @Sendable () async throws -> Value
    ) async throws -> Value {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while true {
                    try await self.waitForSleepers(count)
                    self.advanceToNextDeadline()
                }
            }
            defer { group.cancelAll() }
            return try await body()
        }
    }

    @discardableResult
    private func wake(upTo target: (State) -> Date?) -> Bool {
        let due = state.withLock { state -> [Sleeper] in
            guard let now = target(state) else { return [] }
            state.now = now
            let due = state.sleepers.filter { $0.value.deadline <= now }
            for number in due.keys { state.sleepers[number] = nil }
            return due.sorted { ($0.value.deadline, $0.key) < ($1.value.deadline, $1.key) }.map(\.value)
        }
        for sleeper in due { sleeper.continuation.resume() }
        return !due.isEmpty
    }

    // MARK: - Waiting

    /// Sleeps until the clock has advanced by this duration. Returns at once if the duration is zero or negative.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, before or during the sleep.
    public func sleep(for duration: Duration) async throws {
        try Task.checkCancellation()
        guard duration > .zero else { return }
        let number = nextNumber()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                fallAsleep(number, for: duration, continuation)
            }
        } onCancel: {
            let sleeper = state.withLock { $0.sleepers.removeValue(forKey: number) }
            sleeper?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Returns as soon as this many tasks sleep, at once if they already do.
    ///
    /// - Throws: `CancellationError` when the task is cancelled, before or during the wait.
    public func waitForSleepers(_ count: Int = 1) async throws {
        let number = nextNumber()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                watch(number, for: count, continuation)
            }
        } onCancel: {
            let watcher = state.withLock { $0.watchers.removeValue(forKey: number) }
            watcher?.continuation.resume(throwing: CancellationError())
        }
    }

    private func nextNumber() -> Int {
        state.withLock { state in
            state.naps += 1
            return state.naps
        }
    }

    private func fallAsleep(_ number: Int, for duration: Duration, _ continuation: CheckedContinuation<Void, any Error>)
    {
        let watchers = state.withLock { state -> [Watcher]? in
            // If the task is cancelled after this point, the handler finds the registered sleeper.
            if Task.isCancelled { return nil }
            let deadline = state.now + duration.milliseconds
            state.sleepers[number] = Sleeper(deadline: deadline, continuation: continuation)
            let met = state.watchers.filter { $0.value.count <= state.sleepers.count }
            for number in met.keys { state.watchers[number] = nil }
            return Array(met.values)
        }
        guard let watchers else { return continuation.resume(throwing: CancellationError()) }
        for watcher in watchers { watcher.continuation.resume() }
    }

    private func watch(_ number: Int, for count: Int, _ continuation: CheckedContinuation<Void, any Error>) {
        let outcome = state.withLock { state -> Result<Void, any Error>? in
            if Task.isCancelled { return .failure(CancellationError()) }
            if state.sleepers.count >= count { return .success(()) }
            state.watchers[number] = Watcher(count: count, continuation: continuation)
            return nil
        }
        if let outcome { continuation.resume(with: outcome) }
    }
}

extension Duration {
    /// The duration in seconds, rounded to milliseconds, which every storage keeps exactly.
    fileprivate var milliseconds: TimeInterval {
        let (seconds, attoseconds) = components
        return TimeInterval(seconds) + (TimeInterval(attoseconds) * 1e-15).rounded() / 1000
    }
}
