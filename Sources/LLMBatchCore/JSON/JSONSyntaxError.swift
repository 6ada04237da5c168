/// Why a text is not JSON, and where.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Bytes from the start of the text, counted from 0.
    public let offset: Int
    /// The reason, without any of the text itself.
    public let reason: String

    /// In words, safe to show.
    public var description: String { "\(reason) (at byte \(offset + 1))" }
}
