/// What one request of a batch asks: a text, a list of messages, or a whole body.
public enum BatchInput: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    /// One message of the user; for an embeddings batch, the text itself.
    case text(String)
    /// The messages of a chat.
    case messages([ChatMessage])
    /// A body as it is, without what all requests share.
    case body([String: JSONValue])

    /// A text.
    public init(stringLiteral value: String) { self = .text(value) }
    /// Messages.
    public init(arrayLiteral elements: ChatMessage...) { self = .messages(elements) }

    /// The members of a body that say it.
    ///
    /// - Throws: `invalidInput` for what asks nothing.
    func body(for endpoint: Endpoint, of id: CustomID) throws -> [String: JSONValue] {
        switch self {
        case .body(let body): return body
        case .text(let text) where endpoint == .chatCompletions: return Self.chat([.user(text)])
        case .text(let text) where endpoint == .completions: return ["prompt": .string(text)]
        case .text(let text): return ["input": .string(text)]
        case .messages(let messages):
            guard !messages.isEmpty else {
                throw LLMBatchError(.invalidInput, "request \"\(id)\" has no message", kind: .invalidRequest)
            }
            guard endpoint == .chatCompletions else {
                throw LLMBatchError(
                    .invalidInput, "request \"\(id)\" has messages, which \(endpoint) does not take",
                    kind: .invalidRequest)
            }
            return Self.chat(messages)
        }
    }

    private static func chat(_ messages: [ChatMessage]) -> [String: JSONValue] {
        ["messages": .array(messages.map(\.json))]
    }
}
