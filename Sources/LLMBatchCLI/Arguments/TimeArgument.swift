import ArgumentParser
import Foundation

/// A moment as people write it: a day, a time in RFC 3339, or how long ago (`30m`, `12h`, `7d`).
struct TimeArgument: ExpressibleByArgument {
    let date: Date

    init?(argument: String) {
        if let ago = Self.ago(argument) {
            date = Date().addingTimeInterval(-ago)
        } else if let time = try? Date(argument, strategy: .iso8601) {
            date = time
        } else if let day = try? Date(argument, strategy: .iso8601.year().month().day()) {
            date = day
        } else {
            return nil
        }
    }

    private static func ago(_ text: String) -> TimeInterval? {
        let units: [Character: TimeInterval] = ["s": 1, "m": 60, "h": 3600, "d": 86_400]
        guard let unit = text.last.flatMap({ units[$0] }), let number = Double(text.dropLast()), number >= 0 else {
            return nil
        }
        return number * unit
    }
}
