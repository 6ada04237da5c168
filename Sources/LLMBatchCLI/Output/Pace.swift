import Foundation

/// The speed of progress, measured by its steps alone: time spent waiting does not count.
struct Pace {
    private var points: [(done: Int, at: Date)] = []
    private var last: Int?

    /// The number of recent steps that are measured.
    private static let kept = 40

    /// Records the progress so far.
    mutating func note(_ done: Int, at now: Date) {
        defer { last = done }
        guard let last else { return }
        // Retried requests reduce it; then the measurement starts over.
        if done < last { points = [] }
        guard done > last else { return }
        points.append((done, now))
        if points.count > Self.kept { points.removeFirst() }
    }

    /// Requests per second; nil while too little has moved to say, and once nothing moves any more.
    func rate(at now: Date) -> Double? {
        guard let first = points.first, let latest = points.last else { return nil }
        let (seconds, moved) = (latest.at.timeIntervalSince(first.at), latest.done - first.done)
        // A few answers in the first seconds predict nothing.
        guard seconds >= 4, moved >= 10 else { return nil }
        let gap = seconds / Double(points.count - 1)
        guard now.timeIntervalSince(latest.at) <= max(30, gap * 3) else { return nil }
        return Double(moved) / seconds
    }

    /// The estimated seconds until the rest is done.
    func timeLeft(_ left: Int, at now: Date) -> TimeInterval? {
        guard left > 0, let rate = rate(at: now), let latest = points.last else { return nil }
        return max(1, Double(left) / rate - now.timeIntervalSince(latest.at))
    }
}
