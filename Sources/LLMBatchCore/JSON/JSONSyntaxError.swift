/// Why a text is not valid JSON, and where.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The position in bytes, from 0.
    public let offset: Int
    /// The reason, which quotes nothing of the text.
    public let reason: String

    public var description: String { "\(reason) (at byte \(offset + 1))" }
}
