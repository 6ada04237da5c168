/// A request as a provider is to get it.
public struct OutgoingRequest: Sendable, Hashable {
    /// The request with its line in canonical form.
    public let request: BatchRequest
    /// The model that replaces the one in the body, if any.
    public let model: String?
    /// The id that the provider is to know it by, by the provider's ``BatchLimits/ids``.
    public let id: String

    /// Makes one of its parts.
    public init(_ request: BatchRequest, model: String?, id: String) {
        self.request = request
        self.model = model
        self.id = id
    }
}

/// Why a provider cannot be asked a request: found before anything is sent.
public struct RequestRefusal: Error, Sendable, Hashable {
    /// The member of the body that it is about (`logprobs`, `messages[0].content`), if one.
    public let field: String?
    /// What is wrong with it, in words that go on after the field's name.
    public let reason: String

    /// Makes one of its parts.
    public init(field: String?, _ reason: String) {
        self.field = field
        self.reason = reason
    }
}
