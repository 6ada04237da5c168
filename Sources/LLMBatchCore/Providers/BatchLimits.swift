import Foundation

/// The limits of one provider job.
public struct BatchLimits: Sendable, Hashable {
    /// The maximum number of requests.
    public var requests: Int
    /// The minimum number of requests.
    public var minimumRequests: Int
    /// The maximum size of the input in bytes.
    public var bytes: Int
    /// The maximum number of inputs of all embedding requests together; each text to embed is one input.
    public var inputs: Int
    /// True when all requests of a job must name the same model.
    public var oneModel: Bool
    /// The supported endpoints.
    public var endpoints: Set<Endpoint>
    /// The custom ids that the provider accepts.
    public var ids: IDRule
    /// The schema dialect for `response_format`, where it is not OpenAI's.
    public var schemas: SchemaDialect?
    /// Whether the schema of a row group may state the number of its rows.
    public var countsRows: Bool
    /// How a request asks for an answer that matches a schema.
    public var structuredOutput: StructuredOutput

    public init(
        requests: Int, minimumRequests: Int = 1, bytes: Int, inputs: Int = .max, oneModel: Bool,
        endpoints: Set<Endpoint>, ids: IDRule = .any, schemas: SchemaDialect? = nil, countsRows: Bool = false,
        structuredOutput: StructuredOutput = .format
    ) {
        self.inputs = inputs
        self.schemas = schemas
        self.countsRows = countsRows
        self.structuredOutput = structuredOutput
        self.requests = requests
        self.minimumRequests = minimumRequests
        self.ids = ids
        self.bytes = bytes
        self.oneModel = oneModel
        self.endpoints = endpoints
    }
}
