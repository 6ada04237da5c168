/// A request as it is sent to a provider.
public struct OutgoingRequest: Sendable, Hashable {
    /// The request with its canonical line.
    public let request: BatchRequest
    /// The model that replaces the one in the body; nil to keep it.
    public let model: String?
    /// The id sent to the provider, which follows its ``BatchLimits/ids``.
    public let id: String

    public init(_ request: BatchRequest, model: String?, id: String) {
        self.request = request
        self.model = model
        self.id = id
    }
}
