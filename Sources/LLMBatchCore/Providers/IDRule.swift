/// Which ids a provider takes for the requests of a job, and what it gets for custom ids that it would refuse.
public struct IDRule: Sendable, Hashable, Codable {
    /// The characters that an id may have.
    public enum Alphabet: String, Sendable, Hashable, Codable {
        /// Any text.
        case any
        /// `A–Z`, `a–z`, `0–9`, `_` and `-`.
        case token
        /// `A–Z`, `a–z` and `0–9`.
        case alphanumeric
        /// `a–z`, `0–9`, `_` and `-`, as in labels of Google Cloud.
        case label
    }

    /// Which characters.
    public var alphabet: Alphabet
    /// The longest id in bytes; nil where there is no bound.
    public var longest: Int?
    /// True where ids of our own are sent for all requests, so that a job's results prove whose job it is: for services
    /// on which a job can carry no token.
    public var provesJob: Bool

    /// Makes one of its parts.
    public init(_ alphabet: Alphabet, longest: Int? = nil, provesJob: Bool = false) {
        self.alphabet = alphabet
        self.longest = longest
        self.provesJob = provesJob
    }

    /// Every custom id as it is.
    public static let any = IDRule(.any)

    /// Whether an id of the caller's can be sent as it is.
    public func allows(_ id: CustomID) -> Bool {
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
