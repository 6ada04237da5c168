/// One request to send to a realtime provider.
public struct RealtimeQuestion: Sendable {
    /// The request.
    public let request: BatchRequest
    /// The model that replaces the one in the body; nil to keep it.
    public let model: String?
    /// The number of the attempt that sends the request.
    public let attempt: Int

    public init(request: BatchRequest, model: String?, attempt: Int) {
        self.request = request
        self.model = model
        self.attempt = attempt
    }
}
