public import LLMBatchCore

/// A type with a schema written by hand, because its `init(from:)` cannot be probed: an enumeration with associated
/// values, a decoder that inspects before it decodes, a value that is validated.
///
/// As a member of another type it also needs a value with which that type can be probed: the first of the schema's
/// `examples`, otherwise the simplest value that the schema allows.
public protocol SchemaProviding {
    /// The schema of a value of this type.
    static var outputSchema: OutputSchema { get throws }
}

extension JSONValue: SchemaProviding {
    /// Allows any value; the strict forms reject it.
    public static var outputSchema: OutputSchema { get throws { try OutputSchema(root: [:]) } }
}
