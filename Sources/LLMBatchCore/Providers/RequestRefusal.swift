/// Why a provider cannot accept a request, determined before anything is sent.
public struct RequestRefusal: Error, Sendable, Hashable {
    /// The member of the body that is the cause (`logprobs`, `messages[0].content`), if any.
    public let field: String?
    /// What is wrong with it, as a phrase that follows the field's name.
    public let reason: String

    public init(field: String?, _ reason: String) {
        self.field = field
        self.reason = reason
    }
}
