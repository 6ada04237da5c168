/// The caller's own name of a request, unique in its batch and kept verbatim.
///
/// Two ids are equal when their UTF-8 bytes are: `é` in one code point and `é` in two are different ids, as they are to
/// every provider and database. (Two Swift strings would be called equal there.)
public struct CustomID: RawRepresentable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    /// The text as it is.
    public let rawValue: String

    /// Takes the text as it is.
    public init(rawValue: String) { self.rawValue = rawValue }
    /// Makes one of its parts.
    public init(_ rawValue: String) { self.rawValue = rawValue }
    /// From a literal.
    public init(stringLiteral value: String) { rawValue = value }

    /// In words, safe to show.
    public var description: String { rawValue }
}

extension CustomID: Hashable, Comparable {
    /// Compares the bytes.
    public static func == (left: CustomID, right: CustomID) -> Bool {
        left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    /// Orders by the text, byte by byte.
    public static func < (left: CustomID, right: CustomID) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }

    /// Hashes what equality compares.
    public func hash(into hasher: inout Hasher) {
        for byte in rawValue.utf8 { hasher.combine(byte) }
    }
}

extension CustomID: Codable {
    /// Reads it from a single value.
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    /// Writes it as a single value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
