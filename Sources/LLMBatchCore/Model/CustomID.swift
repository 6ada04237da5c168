/// The caller's id of a request, unique within its batch and kept verbatim.
///
/// Two ids are equal when their UTF-8 bytes are equal: `é` as one code point and `é` as two are different ids, as they
/// are for every provider and database. (As Swift strings they would be equal.)
public struct CustomID: RawRepresentable, Sendable, CustomStringConvertible, ExpressibleByStringLiteral {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }
    public init(_ rawValue: String) { self.rawValue = rawValue }
    public init(stringLiteral value: String) { rawValue = value }

    public var description: String { rawValue }
}

extension CustomID: Hashable, Comparable {
    public static func == (left: CustomID, right: CustomID) -> Bool {
        left.rawValue.utf8.elementsEqual(right.rawValue.utf8)
    }

    /// Orders by the text, byte by byte.
    public static func < (left: CustomID, right: CustomID) -> Bool {
        left.rawValue.utf8.lexicographicallyPrecedes(right.rawValue.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in rawValue.utf8 { hasher.combine(byte) }
    }
}

extension CustomID: Codable {
    public init(from decoder: any Decoder) throws {
        rawValue = try decoder.singleValueContainer().decode(String.self)
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }
}
