import Foundation

/// Limits calls to a number of requests and tokens per minute, and pauses all of them while a provider asks to wait.
actor Throttle {
    /// A token bucket: fills evenly, and holds at most one minute's worth.
    private struct Bucket {
        let perMinute: Double
        var level: Double
        var filledAt: Date

        mutating func fill(_ now: Date) {
            level = min(perMinute, level + perMinute * max(0, now.timeIntervalSince(filledAt)) / 60)
            filledAt = now
        }

        /// Seconds until `amount` can be taken; an amount above a minute's worth waits for a full bucket.
        func wait(for amount: Double) -> TimeInterval {
            max(0, (min(amount, perMinute) - level) * 60 / perMinute)
        }
    }

    /// The maximum number of minutes by which use can exceed the limit.
    private static let longestDebt = 10.0

    private let clock: RunnerClock
    private var requests: Bucket?
    private var tokens: Bucket?
    private var pausedUntil: Date?

    init(_ limits: RealtimeLimits, clock: RunnerClock) {
        self.clock = clock
        let now = clock.now()
        // Requests start with one second's worth, so that a run does not open with a burst that a strict provider
        // rejects.
        requests = limits.requestsPerMinute.map {
            Bucket(perMinute: Double($0), level: max(1, Double($0) / 60), filledAt: now)
        }
        tokens = limits.tokensPerMinute.map { Bucket(perMinute: Double($0), level: Double($0), filledAt: now) }
    }

    /// Waits until one request of about `estimate` tokens may be sent, and takes them.
    func admit(estimate: Int) async throws {
        while true {
            let now = clock.now()
            requests?.fill(now)
            tokens?.fill(now)
            let wait = max(
                pausedUntil?.timeIntervalSince(now) ?? 0, requests?.wait(for: 1) ?? 0,
                tokens?.wait(for: Double(estimate)) ?? 0)
            guard wait > 0 else { break }
            try await clock.sleep(.seconds(wait))
        }
        requests?.level -= 1
        tokens?.level -= Double(estimate)
    }

    /// Corrects an estimate by the actual use; an implausibly large use delays the next call by at most ten minutes.
    func correct(estimate: Int, actual: Int) {
        guard let bucket = tokens else { return }
        let level = bucket.level + Double(estimate) - Double(actual)
        tokens?.level = max(level, -Self.longestDebt * bucket.perMinute)
    }

    /// Holds all calls for a while.
    func pause(for duration: Duration) {
        pausedUntil = max(pausedUntil ?? .distantPast, clock.now() + duration.timeInterval)
    }
}
