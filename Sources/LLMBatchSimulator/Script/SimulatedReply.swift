/// A successful answer of the simulated model, independent of any provider. Each simulator translates it to its own
/// format.
public struct SimulatedReply: Sendable, Hashable {
    /// A tool call of the model.
    public struct ToolCall: Sendable, Hashable {
        /// The call's id.
        public var id: String
        /// The tool's name.
        public var name: String
        /// The arguments as the text of a JSON object.
        public var arguments: String

        public init(id: String, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// The text, if any.
    public var text: String?
    /// The tools that the model calls.
    public var toolCalls: [ToolCall]
    /// The finish reason in chat-completion format: `stop`, `length`, `tool_calls` or `content_filter`.
    public var finishReason: String
    /// The number of input tokens.
    public var inputTokens: Int
    /// The number of output tokens.
    public var outputTokens: Int

    /// Creates a reply. Without a finish reason, it is `tool_calls` if there are tool calls, else `stop`.
    public init(
        text: String?, toolCalls: [ToolCall] = [], finishReason: String? = nil, inputTokens: Int = 14,
        outputTokens: Int = 5
    ) {
        self.text = text
        self.toolCalls = toolCalls
        self.finishReason = finishReason ?? (toolCalls.isEmpty ? "stop" : "tool_calls")
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
    }
}

extension SimulatedAnswer {
    /// A successful answer as a provider-independent reply.
    func reply(to request: SimulatedRequest) -> SimulatedReply {
        switch self {
        case .text(let text): SimulatedReply(text: text)
        case .reply(let reply): reply
        default: SimulatedReply(text: "Answer to \(request.customID)")
        }
    }
}
