/// The answer to one request.
public struct RealtimeAnswer: Sendable, Hashable {
    /// The HTTP status.
    package var statusCode: Int
    /// The provider's id of the call, if it gave one.
    package var requestID: String?
    /// The body as received.
    package var body: [UInt8]

    public init(statusCode: Int, requestID: String?, body: [UInt8]) {
        self.statusCode = statusCode
        self.requestID = requestID
        self.body = body
    }
}
