/// The answer to one request.
public struct RealtimeAnswer: Sendable, Hashable {
    /// The HTTP status.
    package var statusCode: Int
    /// The provider's id of the call, if it gave one.
    package var requestID: String?
    /// The body as received.
    package var body: [UInt8]

    /// Creates an answer.
    ///
    /// - Parameters:
    ///   - statusCode: the HTTP status.
    ///   - requestID: the provider's id of the call, if it gave one.
    ///   - body: the body as received.
    public init(statusCode: Int, requestID: String?, body: [UInt8]) {
        self.statusCode = statusCode
        self.requestID = requestID
        self.body = body
    }
}
