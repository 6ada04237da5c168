/// The permanent id of a batch: twenty characters, a hundred random bits.
///
/// Unique without a registry, so a batch keeps its id when it is copied between storages.
public struct BatchID: RawRepresentable, Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    public let rawValue: String

    public init(rawValue: String) { self.rawValue = rawValue }

    /// A new random id.
    public static func random() -> BatchID { BatchID(rawValue: RandomName.make(length: 20)) }

    public var description: String { rawValue }

    public static func < (left: BatchID, right: BatchID) -> Bool { left.rawValue < right.rawValue }
}

/// Random names that are easy to read aloud: Crockford's base 32, five bits per character.
enum RandomName {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    static func make(length: Int) -> String {
        var random = SystemRandomNumberGenerator()
        // Each draw is a call to the system, and has bits for twelve characters.
        var (bits, left) = (UInt64(0), 0)
        return String(unsafeUninitializedCapacity: length) { name in
            for place in 0..<length {
                if left == 0 { (bits, left) = (random.next(), 12) }
                name[place] = alphabet[Int(bits & 31)]
                (bits, left) = (bits >> 5, left - 1)
            }
            return length
        }
    }
}

extension BatchID: ExpressibleByStringLiteral {
    public init(stringLiteral value: String) { rawValue = value }
}
