/// How fast requests may be sent to a realtime provider, and how often they are retried.
public struct RealtimeLimits: Sendable, Hashable {
    /// The maximum number of requests in flight.
    package var concurrency: Int
    /// The maximum number of calls started per minute.
    package var requestsPerMinute: Int?
    /// The maximum number of input and output tokens per minute, estimated before a call and corrected by its usage.
    package var tokensPerMinute: Int?
    /// The maximum number of calls for one request, including the first, before its failure is final.
    package var maximumTries: Int
    /// The pause before the second call for a request; it doubles from there.
    package var firstBackoff: Duration
    /// The longest pause before another call for a request.
    package var longestBackoff: Duration
    /// How a request asks for an answer that matches a schema; by default with the complete schema.
    package var asking: SchemaAsking

    /// Creates limits; the defaults are those of a careful client.
    ///
    /// - Parameters:
    ///   - concurrency: the maximum number of requests in flight.
    ///   - requestsPerMinute: the maximum number of calls started per minute.
    ///   - tokensPerMinute: the maximum number of input and output tokens per minute.
    ///   - maximumTries: the maximum number of calls for one request before its failure is final.
    ///   - firstBackoff: the pause before the second call for a request; it doubles from there.
    ///   - longestBackoff: the longest pause before another call for a request.
    ///   - asking: how a request asks for an answer that matches a schema.
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
