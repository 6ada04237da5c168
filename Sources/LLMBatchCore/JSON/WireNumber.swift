package import Foundation

/// Numbers and times that a service or a file of somebody else's says, read leniently and within bounds.
///
/// A number may be written as a number or as a text of one. What no number of its kind can be is nil, as if nothing had
/// been said, so that no sum, date or column made from it can trap, and no nonsense is shown as a fact:
///
/// | written | ``count(_:)`` | ``date(_:)`` |
/// |---|---|---|
/// | `12`, `"12"`, `12.0` | 12 | nil |
/// | `12.7` | 12 | nil |
/// | `-1`, `1e400`, `9223372036854775807`, `NaN`, `true`, `null` | nil | nil |
/// | `1700000000`, or that in milliseconds, microseconds, nanoseconds | nil, above 10^9 | 2023-11-14 |
/// | `"2023-11-14T22:13:20Z"` | nil | 2023-11-14 |
package enum WireNumber {
    /// No request uses more tokens and no job has more requests; nine billion such counts add up without overflow.
    package static let largestCount = 1_000_000_000
    /// No file is larger: a pebibyte.
    package static let largestSize = 1 << 50
    /// The years 2000 to 2199, in Unix seconds.
    private static let plausibleSeconds = 946_684_800.0..<7_258_118_400.0

    /// A count of tokens, requests or answers, rounded down; nil for what is none.
    package static func count(_ text: some StringProtocol) -> Int? { whole(text, atMost: largestCount) }

    /// A number of bytes, rounded down; nil for what is none.
    package static func size(_ text: some StringProtocol) -> Int? { whole(text, atMost: largestSize) }

    /// An HTTP status; nil for a number that cannot be one.
    package static func status(_ text: some StringProtocol) -> Int? {
        whole(text, atMost: 599).flatMap { $0 >= 100 ? $0 : nil }
    }

    /// A time in Unix seconds, milliseconds, microseconds or nanoseconds, or in RFC 3339; nil outside of the years 2000 to
    /// 2199, in which no batch job was ever made or ends.
    package static func date(_ text: some StringProtocol) -> Date? {
        if let number = Double(text) {
            let seconds = [1.0, 1e3, 1e6, 1e9].lazy.map { number / $0 }.first(where: plausibleSeconds.contains)
            return seconds.map { Date(timeIntervalSince1970: $0) }
        }
        let text = String(text)
        let date =
            (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
        return date.flatMap(plausible)
    }

    /// A time as it is; nil outside of the years 2000 to 2199.
    package static func plausible(_ date: Date) -> Date? {
        plausibleSeconds.contains(date.timeIntervalSince1970) ? date : nil
    }

    /// A wait in seconds, or in another unit of which a second has `perSecond`; no longer than `longest`, whatever is asked.
    package static func wait(
        _ text: some StringProtocol, perSecond: Double = 1, atMost longest: Double = 3600
    ) -> Duration? {
        guard let number = Double(text), number >= 0 else { return nil }
        return .seconds(min(number / perSecond, longest))
    }

    private static func whole(_ text: some StringProtocol, atMost most: Int) -> Int? {
        if let whole = Int(text) { return (0...most).contains(whole) ? whole : nil }
        guard let number = Double(text), number >= 0, number <= Double(most) else { return nil }
        return Int(number)
    }
}

extension JSONObject {
    /// The count under `key`, see ``WireNumber/count(_:)``.
    package func count(_ key: String) -> Int? { literal(key).flatMap { WireNumber.count($0) } }

    /// The number of bytes under `key`, see ``WireNumber/size(_:)``.
    package func size(_ key: String) -> Int? { literal(key).flatMap { WireNumber.size($0) } }

    /// The HTTP status under `key`, see ``WireNumber/status(_:)``.
    package func status(_ key: String) -> Int? { literal(key).flatMap { WireNumber.status($0) } }

    /// The time under `key`, see ``WireNumber/date(_:)``.
    package func date(_ key: String) -> Date? { literal(key).flatMap { WireNumber.date($0) } }

    /// The text of a number or of a string; nil for anything else.
    package func literal(_ key: String) -> String? {
        if let text = string(key) { return text.trimmingCharacters(in: .whitespaces) }
        guard let raw = raw(key), let first = raw.first, first == UInt8(ascii: "-") || first.isDigit else { return nil }
        return String(decoding: raw, as: UTF8.self)
    }
}

extension RemoteJob.ReportedCounts {
    /// A service's counters; nil without a total, and when one of them is there and no count.
    ///
    /// - Parameters:
    ///   - completed: the member that counts what succeeded.
    ///   - failed: the members that together count what did not.
    package init?(_ object: JSONObject?, total: String, completed: String, failed: String...) {
        guard let object, let all = object.count(total) else { return nil }
        let keys = [completed] + failed
        guard keys.allSatisfy({ !object.has($0) || object.count($0) != nil }) else { return nil }
        self.init(
            total: all, completed: object.count(completed) ?? 0,
            failed: failed.map { object.count($0) ?? 0 }.clampedSum())
    }
}
