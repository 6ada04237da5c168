/// One way in which a value fails its schema. It holds no value of the answer.
public struct SchemaViolation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// Where, as a JSON Pointer (RFC 6901): `/rows/3/label`; empty for the whole.
    public let path: String
    /// What is wrong there.
    public let reason: String

    /// Makes one of its parts.
    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    /// In words.
    public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}

/// An answer that is not what was asked for.
public struct OutputMismatch: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong with it; at least one.
    public let violations: [SchemaViolation]

    /// Takes what was found.
    public init(_ violations: [SchemaViolation]) { self.violations = violations }

    init(_ path: String, _ reason: String) { violations = [SchemaViolation(path: path, reason: reason)] }

    /// In words, the first few.
    public var description: String {
        let shown = violations.prefix(3).map(\.description).joined(separator: "; ")
        return violations.count > 3 ? "\(shown); and \(violations.count - 3) more" : shown
    }
}
