/// A good answer of the simulated model in no provider's form: each simulator puts it into its own.
public struct SimulatedReply: Sendable, Hashable {
    /// A tool that the model calls.
    public struct ToolCall: Sendable, Hashable {
        /// Its id.
        public var id: String
        /// The tool's name.
        public var name: String
        /// Its arguments as the text of a JSON object.
        public var arguments: String

        /// Makes a call.
        public init(id: String, name: String, arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    /// The text; nil for none.
    public var text: String?
    /// The tools that it calls.
    public var toolCalls: [ToolCall]
    /// Why it stopped, in the words of chat completions: `stop`, `length`, `tool_calls`, `content_filter`.
    public var finishReason: String
    /// Tokens of the request.
    public var inputTokens: Int
    /// Tokens of the answer.
    public var outputTokens: Int

    /// Makes a reply.
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
    /// The answer as a reply in no provider's form; nil for one that is no good answer or is spelt out in bytes.
    func reply(to request: SimulatedRequest) -> SimulatedReply? {
        switch self {
        case .success: SimulatedReply(text: "Answer to \(request.customID)")
        case .text(let text): SimulatedReply(text: text)
        case .reply(let reply): reply
        default: nil
        }
    }
}
