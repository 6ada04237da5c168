/// A type that writes its schema by hand, because its `init(from:)` cannot be seen through: an enumeration with
/// associated values, a decoder that looks before it reads, a value that is checked.
///
/// As a member of another type it also needs a value to go on with while that type is probed: the first of the schema's
/// `examples`, or else the simplest value that the schema allows.
public protocol SchemaProviding {
    /// What a value of this type looks like as JSON.
    static var outputSchema: OutputSchema { get throws }
}

/// A type that tells a model what it and its members mean.
public protocol SchemaDescribing {
    /// What the type is; the schema's `description`.
    static var schemaDescription: String? { get }
    /// What each member is, by its coding key. A key that the type does not have is refused.
    static var memberDescriptions: [String: String] { get }
}

extension SchemaDescribing {
    /// Nothing to say of the type as a whole.
    public static var schemaDescription: String? { nil }
    /// Nothing to say of the members.
    public static var memberDescriptions: [String: String] { [:] }
}

extension JSONValue: SchemaProviding {
    /// Any value at all. The strict forms refuse it.
    public static var outputSchema: OutputSchema { get throws { try OutputSchema(root: [:]) } }
}
