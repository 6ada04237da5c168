/// The part of a request that asks for an answer that matches a schema.
public enum StructuredOutput: String, Sendable, Hashable, Codable, CaseIterable {
    /// A `response_format` with the schema.
    case format
    /// A `response_format` for any JSON object; the instructions contain the schema.
    case object
    /// Only the instructions, which contain the schema.
    case none

    /// The fallback when a service rejects this one.
    var next: StructuredOutput? {
        switch self {
        case .format: .object
        case .object: StructuredOutput.none
        case .none: nil
        }
    }
}
