import Foundation
import LLMBatchCore

/// Reading what services answer, leniently: what is absent, empty or of another type is nil.
enum WireReading {
    /// A text that says something.
    static func filled(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// A time in RFC 3339, with or without a fraction of a second.
    static func date(_ text: String?) -> Date? {
        guard let text else { return nil }
        return (try? Date(text, strategy: Date.ISO8601FormatStyle(includingFractionalSeconds: true)))
            ?? (try? Date(text, strategy: .iso8601))
    }

    /// The object that an answer is.
    static func object(_ reply: HTTPTransport.Reply) throws(ProviderError) -> JSONObject {
        guard let object = try? JSONObject(reply.body) else { throw unreadable }
        return object
    }

    /// A success that cannot be read: whether it did its work is not known.
    static var unreadable: ProviderError {
        ProviderError(.unreadable, delivery: .unknown, message: "the answer could not be read")
    }
}

extension JSONObject {
    /// Whether a member is there and says `true`.
    func isTrue(_ key: String) -> Bool { raw(key)?.elementsEqual("true".utf8) == true }
}
