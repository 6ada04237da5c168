/// The limits of one provider job: those that a service documents, or the lower ones that a provider applies.
public struct BatchLimits: Sendable, Hashable, Codable {
    /// The maximum number of requests; nil for no documented limit.
    public var requests: Int?
    /// The minimum number of requests.
    public var minimumRequests: Int
    /// The maximum size of the input in bytes; nil for no documented limit.
    public var bytes: Int?
    /// The maximum number of inputs of all embedding requests together, each text being one; nil for no documented
    /// limit.
    public var inputs: Int?
    /// True when all requests of a job must name the same model.
    public var oneModel: Bool
    /// The supported endpoints.
    public var endpoints: [Endpoint]
    /// The custom ids that the provider accepts.
    public var ids: IDRule
    /// How a request asks for an answer that matches a schema.
    package var asking: SchemaAsking

    public init(
        requests: Int?, minimumRequests: Int = 1, bytes: Int?, inputs: Int? = nil, oneModel: Bool,
        endpoints: [Endpoint], ids: IDRule = .any, asking: SchemaAsking = SchemaAsking(.openAI)
    ) {
        self.requests = requests
        self.minimumRequests = minimumRequests
        self.bytes = bytes
        self.inputs = inputs
        self.oneModel = oneModel
        self.endpoints = endpoints
        self.ids = ids
        self.asking = asking
    }

    /// Lowers the limits to the given ones, where they are lower.
    package mutating func lower(requests: Int? = nil, bytes: Int? = nil) {
        self.requests = [self.requests, requests].compactMap { $0 }.min()
        self.bytes = [self.bytes, bytes].compactMap { $0 }.min()
    }
}
