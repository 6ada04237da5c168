/// A request as it is sent to a provider.
public struct OutgoingRequest: Sendable, Hashable {
    /// The request with its canonical line.
    public let request: BatchRequest
    /// The model that replaces the one in the body; nil to keep it.
    public let model: String?
    /// The id sent to the provider, which follows its ``BatchLimits/ids``; for a realtime provider, the custom id.
    public let id: String
    /// The number of the attempt that sends the request.
    public let attempt: Int

    public init(_ request: BatchRequest, model: String?, id: String, attempt: Int = 1) {
        self.attempt = attempt
        self.request = request
        self.model = model
        self.id = id
    }
}
