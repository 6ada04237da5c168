package import Foundation

/// Parses numbers and times from a service or an untrusted file, leniently and within bounds.
///
/// A number may be written as a number or as a string. An implausible value is nil, as if it were absent, so that no
/// sum, date or column made from it can trap, and no nonsense is reported as fact:
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
    /// No file is larger than a pebibyte.
    package static let largestSize = 1 << 50
    /// The years 2000 to 2199, in Unix seconds.
    private static let plausibleSeconds = 946_684_800.0..<7_258_118_400.0

    /// A count of tokens, requests or answers, rounded down; nil for anything else.
    package static func count(_ text: some StringProtocol) -> Int? { whole(text, atMost: largestCount) }

    /// A number of bytes, rounded down; nil for anything else.
    package static func size(_ text: some StringProtocol) -> Int? { whole(text, atMost: largestSize) }

    /// An HTTP status; nil for a number that is not one.
    package static func status(_ text: some StringProtocol) -> Int? {
        whole(text, atMost: 599).flatMap { $0 >= 100 ? $0 : nil }
    }

    /// A time in Unix seconds, milliseconds, microseconds or nanoseconds, or in RFC 3339; nil outside the years 2000 to
    /// 2199.
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

    /// The same time; nil outside the years 2000 to 2199.
    package static func plausible(_ date: Date) -> Date? {
        plausibleSeconds.contains(date.timeIntervalSince1970) ? date : nil
    }

    /// A wait in seconds, or in another unit with `perSecond` units per second; capped at `longest`.
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

    /// The text of a number or string; nil for anything else.
    package func literal(_ key: String) -> String? {
        if let text = string(key) { return text.trimmingCharacters(in: .whitespaces) }
        guard let raw = raw(key), let first = raw.first, first == UInt8(ascii: "-") || first.isDigit else { return nil }
        return String(decoding: raw, as: UTF8.self)
    }
}
