/// One HTTP call to a provider's service, as it is logged and counted.
///
/// It holds no key, header, query or body.
public struct ProviderCall: Sendable, Hashable {
    /// The HTTP method.
    public let method: String
    /// The host, with the port where the URL names one.
    public let host: String
    /// The path without the query; nil for a presigned URL, which is a credential as a whole.
    public let path: String?
    /// The status of the response; nil when there was none.
    public let statusCode: Int?
    /// Why there was no response; nil when there was one.
    public let error: ResultError?
    /// The time until the head of the response arrived, or until the call failed.
    public let duration: Duration
    /// The provider's own id of the call, from a header such as `x-request-id`. Its support asks for this id.
    public let requestID: String?
    /// The request that was sent, where the provider takes one request per call.
    public internal(set) var customID: CustomID?
    /// How often this step was tried, this call included; above 1 after a transient failure.
    public internal(set) var tryNumber = 1

    package init(
        method: String, host: String, path: String?, statusCode: Int? = nil, error: ResultError? = nil,
        duration: Duration, requestID: String? = nil
    ) {
        self.method = method
        self.host = host
        self.path = path
        self.statusCode = statusCode
        self.error = error
        self.duration = duration
        self.requestID = requestID
    }

    /// The class of the status, such as `2xx`; `none` without a response.
    var statusClass: String { statusCode.map { "\($0 / 100)xx" } ?? "none" }
}
