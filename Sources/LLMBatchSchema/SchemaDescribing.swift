import LLMBatchCore

/// A type that describes itself and its members to a model.
public protocol SchemaDescribing {
    /// The description of the type; the schema's `description`.
    static var schemaDescription: String? { get }
    /// The description of each member, by coding key. A key that the type does not have is refused.
    static var memberDescriptions: [String: String] { get }
}

extension SchemaDescribing {
    /// No description of the type.
    public static var schemaDescription: String? { nil }
    /// No descriptions of members.
    public static var memberDescriptions: [String: String] { [:] }
}
