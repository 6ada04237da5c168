/// Why a text is not valid JSON, and where.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The position in bytes, from 0.
    package let offset: Int
    /// The reason, which quotes nothing of the text.
    package let reason: String

    public var description: String { "\(reason) (at byte \(offset + 1))" }
}
