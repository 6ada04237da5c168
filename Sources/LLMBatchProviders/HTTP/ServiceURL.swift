import Foundation
import LLMBatchCore

/// The base URL of a service, validated once.
struct ServiceURL: Sendable, Hashable {
    /// Without a trailing slash.
    let text: String

    /// - Throws: `invalidConfiguration` unless it is an http(s) URL without credentials and query.
    init(_ text: String) throws {
        guard let parts = URLComponents(string: text), let scheme = parts.scheme?.lowercased(),
            scheme == "https" || scheme == "http", let host = parts.host, !host.isEmpty
        else { throw Self.problem("is not an http or https address", "For example https://api.openai.com/v1") }
        guard parts.user == nil, parts.password == nil, parts.query == nil, parts.fragment == nil else {
            throw Self.problem(
                "carries credentials or a query", Remedy("Keys go into an environment variable", .give(.key)))
        }
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        self.text = text
    }

    /// The URL may contain a secret, so the error does not repeat it.
    private static func problem(_ reason: String, _ remedy: Remedy) -> LLMBatchError {
        LLMBatchError(.invalidConfiguration, "the base URL \(reason)", remedy: remedy)
    }

    /// A URL below this one. Ids from a server are encoded, so that they cannot change the path.
    func path(_ parts: [String], query: [(String, String)] = []) -> String {
        let path = parts.map(Self.encoded).joined(separator: "/")
        let pairs = query.map { "\(Self.encoded($0.0))=\(Self.encoded($0.1))" }.joined(separator: "&")
        return "\(text)/\(path)\(pairs.isEmpty ? "" : "?\(pairs)")"
    }

    /// True for a URL of this service's origin: the same scheme, host and port.
    func isOrigin(of address: String) -> Bool {
        guard let own = URLComponents(string: text), let other = URLComponents(string: address) else { return false }
        func port(_ parts: URLComponents) -> Int? { parts.port ?? (parts.scheme?.lowercased() == "http" ? 80 : 443) }
        return own.scheme?.lowercased() == other.scheme?.lowercased()
            && own.host?.lowercased() == other.host?.lowercased() && port(own) == port(other)
            && other.user == nil && other.password == nil
    }

    /// True for a URL without a path.
    var isBare: Bool { (URLComponents(string: text)?.path ?? "").isEmpty }

    static func encoded(_ part: String) -> String {
        // A part of dots only would be resolved as a relative path.
        let isPath = !part.utf8.isEmpty && part.utf8.allSatisfy { $0 == UInt8(ascii: ".") }
        func isPlain(_ byte: UInt8) -> Bool { isUnreserved(byte) && !isPath }
        // Each call encodes its path, and nearly every part of one stands for itself.
        guard !part.utf8.allSatisfy(isPlain) else { return part }
        let digits = Array("0123456789ABCDEF".utf8)
        var encoded: [UInt8] = []
        for byte in part.utf8 {
            if isPlain(byte) {
                encoded.append(byte)
            } else {
                encoded += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// RFC 3986, section 2.3.
    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."),
            UInt8(ascii: "~"):
            true
        default: false
        }
    }
}
