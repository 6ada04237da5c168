public import Foundation

/// Time and chance as the runner sees them, so that a test can hold both still.
public struct RunnerClock: Sendable {
    /// The present.
    public var now: @Sendable () -> Date
    /// Waits; throws `CancellationError` when the task is cancelled meanwhile.
    public var sleep: @Sendable (Duration) async throws -> Void
    /// A share from 0 to 1 that spreads out retries.
    public var jitter: @Sendable () -> Double

    /// Makes one of its parts.
    public init(
        now: @escaping @Sendable () -> Date, sleep: @escaping @Sendable (Duration) async throws -> Void,
        jitter: @escaping @Sendable () -> Double
    ) {
        self.now = now
        self.sleep = sleep
        self.jitter = jitter
    }

    /// The system's.
    public static let system = RunnerClock(
        now: { .thisMillisecond }, sleep: { try await Task.sleep(for: $0) }, jitter: { Double.random(in: 0...1) })

    /// A wait that doubles with every failure, between half and all of it by chance, at least as long as was asked.
    func backoff(_ failure: Int, first: Duration, longest: Duration, atLeast: Duration?) -> Duration {
        let doubled = first * (1 << min(max(failure - 1, 0), 20))
        let spread = min(doubled, longest) * (0.5 + jitter() / 2)
        return max(spread, atLeast ?? .zero)
    }
}

/// Runs a write to its end even when the surrounding task is cancelled: what the network did must be recorded.
func shielded<Value: Sendable>(_ write: @escaping @Sendable () async throws -> Value) async throws -> Value {
    try await Task { try await write() }.value
}
