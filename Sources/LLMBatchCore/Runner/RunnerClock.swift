public import Foundation

/// The runner's source of time and randomness, replaceable so that tests are deterministic.
public struct RunnerClock: Sendable {
    /// Returns the current time.
    package var now: @Sendable () -> Date
    /// Sleeps; throws `CancellationError` when the task is cancelled.
    package var sleep: @Sendable (Duration) async throws -> Void
    /// Returns a random fraction from 0 to 1 that spreads out retries.
    package var jitter: @Sendable () -> Double

    package init(
        now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (Duration) async throws -> Void,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.jitter = jitter
    }

    /// The system clock and random numbers.
    public static let system = RunnerClock(
        now: { .thisMillisecond }, sleep: { try await Task.sleep(for: $0) }, jitter: { Double.random(in: 0...1) })

    /// The longest pause that a provider can request.
    package static let longestRequested = Duration.seconds(3600)

    /// A pause that doubles with every failure, randomly between half and all of it, and at least as long as the
    /// provider requested, up to ``longestRequested``.
    package func backoff(_ failure: Int, first: Duration, longest: Duration, atLeast: Duration?) -> Duration {
        let doubled = first * (1 << min(max(failure - 1, 0), 20))
        let spread = min(doubled, longest) * (0.5 + jitter() / 2)
        return max(spread, min(atLeast ?? .zero, Self.longestRequested))
    }
}

/// Completes a write even when the surrounding task is cancelled: the outcome of a network call must be recorded.
func shielded<Value: Sendable>(_ write: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await Task { try await write() }.value
}
