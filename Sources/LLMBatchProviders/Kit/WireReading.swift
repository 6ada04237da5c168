import Foundation
import LLMBatchCore

/// Lenient readers of answers: a value that is absent, empty or of another type is nil.
enum WireReading {
    /// The text unless it is empty.
    static func filled(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// A time, see ``WireNumber/date(_:)``.
    static func date(_ text: String?) -> Date? { text.flatMap { WireNumber.date($0) } }

    /// The JSON object of an answer.
    static func object(_ reply: HTTPTransport.Reply) throws(ProviderError) -> JSONObject {
        guard let object = try? JSONObject(reply.body) else { throw unreadable }
        return object
    }

    /// A successful answer that cannot be read: whether the call took effect is unknown.
    static var unreadable: ProviderError {
        ProviderError(.unreadable, delivery: .unknown, message: "the answer could not be read")
    }
}

extension JSONObject {
    /// Whether a member is `true`.
    func isTrue(_ key: String) -> Bool { raw(key)?.elementsEqual("true".utf8) == true }
}
