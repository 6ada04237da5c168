/// A provider that answers one request at a time.
public protocol RealtimeProvider: Sendable {
    /// Its settings, without secrets.
    var settings: ProviderSettings { get }
    /// The account it works for.
    var account: ProviderAccount { get }
    /// How fast it may be asked.
    var limits: RealtimeLimits { get }

    /// Asks one request, once; retrying is the runner's affair.
    func answer(_ question: RealtimeQuestion) async throws(ProviderError) -> RealtimeAnswer
}

/// One request as it is to be asked.
public struct RealtimeQuestion: Sendable {
    /// The request itself.
    public let request: BatchRequest
    /// The model that replaces the one in the body, if any.
    public let model: String?
    /// Which attempt of the batch asks.
    public let attempt: Int

    /// Makes one of its parts.
    public init(request: BatchRequest, model: String?, attempt: Int) {
        self.request = request
        self.model = model
        self.attempt = attempt
    }
}

/// The answer to one request.
public struct RealtimeAnswer: Sendable, Hashable {
    /// The HTTP status, where there was one.
    public var statusCode: Int
    /// The provider's id of the call, if it gave one.
    public var requestID: String?
    /// The body as received.
    public var body: [UInt8]

    /// Makes one of its parts.
    public init(statusCode: Int, requestID: String?, body: [UInt8]) {
        self.statusCode = statusCode
        self.requestID = requestID
        self.body = body
    }
}

/// How fast a realtime provider may be asked, and how stubbornly.
public struct RealtimeLimits: Sendable, Hashable {
    /// Requests on their way at once.
    public var concurrency: Int
    /// Calls begun in a minute, at most.
    public var requestsPerMinute: Int?
    /// Input and output tokens, estimated before a call and corrected by its usage.
    public var tokensPerMinute: Int?
    /// Calls for one request, the first included, before its failure stands.
    public var maximumTries: Int
    /// Before the second call for a request; doubles from there.
    public var firstBackoff: Duration
    /// The longest pause before another call for a request.
    public var longestBackoff: Duration
    /// How it is asked for an answer of a schema: with the whole schema, unless something else is said.
    public var asking: SchemaAsking

    /// Takes the limits; what is left out has the value of a careful client.
    public init(
        concurrency: Int = 8, requestsPerMinute: Int? = nil, tokensPerMinute: Int? = nil, maximumTries: Int = 6,
        firstBackoff: Duration = .milliseconds(500), longestBackoff: Duration = .seconds(60),
        asking: SchemaAsking = SchemaAsking(.plain, countsRows: true)
    ) {
        self.asking = asking
        self.concurrency = concurrency
        self.requestsPerMinute = requestsPerMinute
        self.tokensPerMinute = tokensPerMinute
        self.maximumTries = maximumTries
        self.firstBackoff = firstBackoff
        self.longestBackoff = longestBackoff
    }
}
