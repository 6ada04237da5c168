/// The name of a batch that never changes: twenty characters, a hundred random bits.
///
/// Unique without a registry, so that a batch can be copied between any two storages and stay itself.
public struct BatchID: RawRepresentable, Sendable, Hashable, Comparable, Codable, CustomStringConvertible {
    /// The text as it is.
    public let rawValue: String

    /// Takes the text as it is.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A new id.
    public static func random() -> BatchID { BatchID(rawValue: RandomName.make(length: 20)) }

    /// In words, safe to show.
    public var description: String { rawValue }

    /// Puts them in order.
    public static func < (left: BatchID, right: BatchID) -> Bool { left.rawValue < right.rawValue }
}

/// Random names that can be read aloud: Crockford's base 32, five bits a character.
enum RandomName {
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")

    static func make(length: Int) -> String {
        String((0..<length).map { _ in alphabet[Int.random(in: 0..<alphabet.count)] })
    }
}
