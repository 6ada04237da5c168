import Foundation
import LLMBatchCore

/// Reading what services answer, leniently: what is absent, empty or of another type is nil.
enum WireReading {
    /// A text that says something.
    static func filled(_ text: String?) -> String? { text.flatMap { $0.isEmpty ? nil : $0 } }

    /// A time, see ``WireNumber/date(_:)``.
    static func date(_ text: String?) -> Date? { text.flatMap { WireNumber.date($0) } }

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
