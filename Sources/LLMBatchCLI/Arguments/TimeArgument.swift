import ArgumentParser
import Foundation

/// A moment as people write it: a day, a day with a time, or an age.
///
/// A day is `2026-11-21` and begins at midnight in the local time zone. A time follows it after a `T` or a space, with or
/// without seconds, and with a zone (`Z`, `+01:00`) or in the local one. How long ago is a number with `s`, `m`, `h`, `d` or
/// `w`. Anything else is rejected: a time that is half understood lists the wrong batches.
struct TimeArgument {
    let date: Date

    /// The longest age, about a hundred years.
    private static let longest: TimeInterval = 36_525 * 86_400

    /// Reads the value of an option.
    ///
    /// - Throws: `ValidationError` that names the problem.
    init(_ text: String, now: Date = Date(), zone: TimeZone = .current) throws {
        if let unit = text.last.flatMap({ Self.units[$0] }), !text.contains("-") || text.hasPrefix("-"),
            !text.contains(":")
        {
            date = now.addingTimeInterval(-(try Self.ago(text, unit)))
        } else {
            date = try Self.moment(text, zone)
        }
    }

    private static let units: [Character: TimeInterval] = ["s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800]

    private static func ago(_ text: String, _ unit: TimeInterval) throws -> TimeInterval {
        guard text.dropLast().wholeMatch(of: /[0-9]+(?:\.[0-9]+)?/) != nil, let number = Double(text.dropLast()) else {
            throw ValidationError("\"\(text)\" is not a time. \(help)")
        }
        guard number * unit <= longest else { throw ValidationError("\"\(text)\" is more than a hundred years ago.") }
        return number * unit
    }

    private static func moment(_ text: String, _ zone: TimeZone) throws -> Date {
        let form = /([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[Tt ]([0-9]{2}):([0-9]{2})(?::([0-9]{2})(\.[0-9]{1,9})?)?(.*))?/
        guard let match = text.wholeMatch(of: form) else { throw ValidationError("\"\(text)\" is not a time. \(help)") }
        var calendar = Calendar(identifier: .gregorian)
        calendar.timeZone = try Self.zone(match.8.map(String.init) ?? "", text) ?? zone
        let (hour, minute, second) = (
            match.4.flatMap { Int($0) }, match.5.flatMap { Int($0) }, match.6.flatMap { Int($0) }
        )
        guard let year = Int(match.1), let month = Int(match.2), let day = Int(match.3), year >= 1,
            Self.isDay(year, month, day, calendar)
        else { throw ValidationError("\"\(text)\": no such day exists.") }
        guard hour ?? 0 < 24, minute ?? 0 < 60, second ?? 0 < 60 else {
            throw ValidationError("\"\(text)\": no such time of day exists.")
        }
        let parts = DateComponents(
            year: year, month: month, day: day, hour: hour ?? 0, minute: minute ?? 0, second: second ?? 0)
        guard let date = calendar.date(from: parts) else {
            throw ValidationError("\"\(text)\": no such time exists.")
        }
        return date.addingTimeInterval(match.7.flatMap { Double("0\($0)") } ?? 0)
    }

    private static func isDay(_ year: Int, _ month: Int, _ day: Int, _ calendar: Calendar) -> Bool {
        guard (1...12).contains(month), day >= 1,
            let first = calendar.date(from: DateComponents(year: year, month: month, day: 1, hour: 12)),
            let days = calendar.range(of: .day, in: .month, for: first)
        else { return false }
        return days.contains(day)
    }

    /// The time zone that a text names; nil for none, which means the local one.
    private static func zone(_ name: String, _ text: String) throws -> TimeZone? {
        guard !name.isEmpty else { return nil }
        guard name.lowercased() != "z" else { return .gmt }
        guard let match = name.wholeMatch(of: /([+-])([0-9]{2}):?([0-9]{2})?/), let hours = Int(match.2), hours <= 14,
            let minutes = match.3.map({ Int($0) }) ?? 0, minutes < 60,
            let zone = TimeZone(secondsFromGMT: (match.1 == "-" ? -1 : 1) * (hours * 3600 + minutes * 60))
        else { throw ValidationError("\"\(text)\" is not a time: \"\(name)\" is not a time zone. \(help)") }
        return zone
    }

    private static let help =
        "Use a day (2026-11-21), a time (2026-11-21T10:00 in local time, 2026-11-21T10:00:00Z), or an age "
        + "(30m, 12h, 7d, 2w)."
}
