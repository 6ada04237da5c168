import LLMBatchCore

/// The error for an answer that does not match its schema or type.
public struct OutputMismatch: Error, Sendable, Hashable, CustomStringConvertible {
    /// The violations; at least one.
    public let violations: [SchemaViolation]

    public init(_ violations: [SchemaViolation]) { self.violations = violations }

    init(_ path: String, _ reason: String) { violations = [SchemaViolation(path: path, reason: reason)] }

    /// The first few violations, as text.
    public var description: String {
        let shown = violations.prefix(3).map(\.description).joined(separator: "; ")
        return violations.count > 3 ? "\(shown); and \(violations.count - 3) more" : shown
    }
}
