import LLMBatchCore

/// One way in which a value violates its schema. It contains no value of the answer.
public struct SchemaViolation: Sendable, Hashable, Codable, CustomStringConvertible {
    /// The place, as a JSON Pointer (RFC 6901): `/rows/3/label`; empty for the whole value.
    public let path: String
    /// What is wrong there.
    public let reason: String

    public init(path: String, reason: String) {
        self.path = path
        self.reason = reason
    }

    public var description: String { path.isEmpty ? reason : "\(path): \(reason)" }
}
