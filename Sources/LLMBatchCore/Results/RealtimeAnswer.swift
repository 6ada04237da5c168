/// The answer to one request.
public struct RealtimeAnswer: Sendable, Hashable {
    /// The HTTP status.
    public var statusCode: Int
    /// The provider's id of the call, if it gave one.
    public var requestID: String?
    /// The body as received.
    public var body: [UInt8]

    public init(statusCode: Int, requestID: String?, body: [UInt8]) {
        self.statusCode = statusCode
        self.requestID = requestID
        self.body = body
    }
}
