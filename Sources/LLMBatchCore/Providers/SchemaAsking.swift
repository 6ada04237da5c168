/// How a request asks a service for an answer that matches a schema.
///
/// A provider states it in its limits; typed jobs write their requests accordingly.
public struct SchemaAsking: Sendable, Hashable, Codable {
    /// The dialect of the schema.
    package var dialect: SchemaDialect
    /// Whether the schema of a row group states the number of its rows (`minItems`, `maxItems`).
    ///
    /// A server that enforces schemas then returns exactly that many; some services reject these keywords.
    package var countsRows: Bool
    /// The part of the request that carries the schema.
    package var way: StructuredOutput

    /// Creates a way to ask for a schema.
    ///
    /// - Parameters:
    ///   - dialect: the dialect of the schema.
    ///   - countsRows: whether the schema of a row group states the number of its rows; some services reject that.
    ///   - way: the part of the request that carries the schema.
    public init(_ dialect: SchemaDialect, countsRows: Bool = false, way: StructuredOutput = .format) {
        self.dialect = dialect
        self.countsRows = countsRows
        self.way = way
    }
}

extension SchemaAsking: CustomStringConvertible {
    public var description: String { "\(dialect.rawValue), by \(way.rawValue)" }
}
