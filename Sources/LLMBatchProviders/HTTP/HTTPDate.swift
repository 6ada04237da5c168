import Foundation
import LLMBatchCore
import NIOHTTP1

/// Dates in headers. Source: RFC 9110, 5.6.7, the preferred form.
enum HTTPDate {
    static func read(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(secondsFromGMT: 0)
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss zzz"
        return formatter.date(from: text).flatMap(WireNumber.plausible)
    }
}

extension HTTPTransport.Reply {
    /// The time by the service's clock, or by ours if the header is missing.
    var date: Date { headers.first(name: "date").flatMap(HTTPDate.read) ?? Date() }
}
