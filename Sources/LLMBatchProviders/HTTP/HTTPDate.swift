import Foundation
import LLMBatchCore
import NIOHTTP1

/// Times as headers tell them. Source: RFC 9110, 5.6.7, the preferred form.
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
    /// When it was by the service's clock; by ours where it does not say.
    var date: Date { headers.first(name: "date").flatMap(HTTPDate.read) ?? Date() }
}
