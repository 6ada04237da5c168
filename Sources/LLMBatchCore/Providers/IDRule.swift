/// The ids that a provider accepts for the requests of a job, and what it is sent in place of others.
public struct IDRule: Sendable, Hashable, Codable {
    /// The characters that an id may contain.
    public enum Alphabet: String, Sendable, Hashable, Codable {
        /// Any text.
        case any
        /// `A–Z`, `a–z`, `0–9`, `_` and `-`.
        case token
        /// `A–Z`, `a–z` and `0–9`.
        case alphanumeric
        /// `a–z`, `0–9`, `_` and `-`, as in Google Cloud labels.
        case label
    }

    /// The characters that an id may contain.
    package var alphabet: Alphabet
    /// The maximum length of an id in bytes; nil for no limit.
    package var longest: Int?
    /// True where generated ids are sent for all requests, so that a job's results prove that the job is ours: for
    /// services whose jobs cannot carry a token.
    package var usesGeneratedIDs: Bool

    /// Creates a rule.
    ///
    /// - Parameters:
    ///   - alphabet: the characters that an id may contain.
    ///   - longest: the maximum length of an id in bytes; nil for no limit.
    ///   - usesGeneratedIDs: true to send generated ids for all requests, for services whose jobs cannot carry a token.
    ///     The results of a job then prove that it is ours.
    public init(_ alphabet: Alphabet, longest: Int? = nil, usesGeneratedIDs: Bool = false) {
        self.alphabet = alphabet
        self.longest = longest
        self.usesGeneratedIDs = usesGeneratedIDs
    }

    /// Accepts every custom id unchanged.
    public static let any = IDRule(.any)

    /// True when the caller's id can be sent unchanged.
    package func allows(_ id: CustomID) -> Bool {
        let bytes = id.rawValue.utf8
        return !bytes.isEmpty && bytes.count <= longest ?? .max && bytes.allSatisfy(allows)
    }

    private func allows(_ byte: UInt8) -> Bool {
        switch (alphabet, byte) {
        case (.any, _): true
        case (_, UInt8(ascii: "a")...UInt8(ascii: "z")), (_, UInt8(ascii: "0")...UInt8(ascii: "9")): true
        case (.token, UInt8(ascii: "A")...UInt8(ascii: "Z")), (.alphanumeric, UInt8(ascii: "A")...UInt8(ascii: "Z")):
            true
        case (.token, UInt8(ascii: "_")), (.token, UInt8(ascii: "-")), (.label, UInt8(ascii: "_")),
            (.label, UInt8(ascii: "-")):
            true
        default: false
        }
    }
}
