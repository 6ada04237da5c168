/// How a service is asked for an answer of a schema.
///
/// A provider says it in its limits; the jobs that it runs write their requests accordingly.
public struct SchemaAsking: Sendable, Hashable, Codable {
    /// The form of the schema.
    public var dialect: SchemaDialect
    /// Whether the schema of a pack says how many rows it has (`minItems`, `maxItems`).
    ///
    /// A server that enforces the schema then writes exactly as many; some services refuse the keywords.
    public var countsRows: Bool
    /// What in the request asks for it.
    public var way: StructuredOutput

    /// Says how a service is asked.
    public init(_ dialect: SchemaDialect, countsRows: Bool = false, way: StructuredOutput = .format) {
        self.dialect = dialect
        self.countsRows = countsRows
        self.way = way
    }
}

extension SchemaAsking: CustomStringConvertible {
    /// In words: `plain, by format`.
    public var description: String { "\(dialect.rawValue), by \(way.rawValue)" }
}

/// What in a request asks for an answer of a schema.
public enum StructuredOutput: String, Sendable, Hashable, Codable, CaseIterable {
    /// A `response_format` with the schema.
    case format
    /// A `response_format` that asks for any JSON object; the schema stands in the instructions.
    case object
    /// Nothing but the instructions, in which the schema stands.
    case none

    /// What is tried when a service refuses this one.
    var next: StructuredOutput? {
        switch self {
        case .format: .object
        case .object: StructuredOutput.none
        case .none: nil
        }
    }
}
