/// The input of one request: a text, a list of messages, or a complete body.
public enum BatchInput: Sendable, ExpressibleByStringLiteral, ExpressibleByArrayLiteral {
    /// A single user message; for an embeddings batch, the text to embed.
    case text(String)
    /// The messages of a chat.
    case messages([ChatMessage])
    /// The members of a body; settings that all requests share are added.
    case body([String: JSONValue])

    public init(stringLiteral value: String) { self = .text(value) }
    public init(arrayLiteral elements: ChatMessage...) { self = .messages(elements) }

    /// The members of a body that contains this input.
    ///
    /// - Throws: `invalidInput` for an empty input, or one that the endpoint does not support.
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
                    .invalidInput, "request \"\(id)\" has messages, which \(endpoint) does not accept",
                    kind: .invalidRequest)
            }
            return Self.chat(messages)
        }
    }

    private static func chat(_ messages: [ChatMessage]) -> [String: JSONValue] {
        ["messages": .array(messages.map(\.json))]
    }
}
