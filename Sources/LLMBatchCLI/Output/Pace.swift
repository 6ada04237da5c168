import Foundation

/// How fast something moves, judged by its movements alone: time in which it only waits counts for nothing.
struct Pace {
    private var points: [(done: Int, at: Date)] = []
    private var last: Int?

    /// As many movements as tell of the present.
    private static let kept = 40

    /// Notes how far it is.
    mutating func note(_ done: Int, at now: Date) {
        defer { last = done }
        guard let last else { return }
        // Requests that are asked again take it back; then it begins anew.
        if done < last { points = [] }
        guard done > last else { return }
        points.append((done, now))
        if points.count > Self.kept { points.removeFirst() }
    }

    /// Done in a second; nil as long as too little has moved to tell, and when nothing moves any more.
    func rate(at now: Date) -> Double? {
        guard let first = points.first, let latest = points.last else { return nil }
        let (seconds, moved) = (latest.at.timeIntervalSince(first.at), latest.done - first.done)
        // A few answers in the first moments tell nothing of the next.
        guard seconds >= 4, moved >= 10 else { return nil }
        let gap = seconds / Double(points.count - 1)
        guard now.timeIntervalSince(latest.at) <= max(30, gap * 3) else { return nil }
        return Double(moved) / seconds
    }

    /// Seconds until what is left is done.
    func timeLeft(_ left: Int, at now: Date) -> TimeInterval? {
        guard left > 0, let rate = rate(at: now), let latest = points.last else { return nil }
        return max(1, Double(left) / rate - now.timeIntervalSince(latest.at))
    }
}
