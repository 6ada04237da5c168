/// One of the choices of a chat completion or a completion.
///
/// Sources: OpenAI API reference, "The chat completion object"; members of compatible services as observed: reasoning
/// in `reasoning_content` (DeepSeek, vLLM) or `reasoning` (OpenRouter, Groq), content in chunks (Mistral, gateways).
package struct AnswerChoice {
    private let choice: JSONObject
    private let message: JSONObject?

    package init(_ choice: JSONObject) {
        self.choice = choice
        message = choice.object("message")
    }

    /// True when it has the member that holds an answer.
    package var isWhole: Bool { message != nil || choice.has("text") }

    /// True when it has usable content; reasoning alone does not count.
    package var says: Bool {
        if choice.isFilled("text") { return true }
        guard let message else { return false }
        if ["tool_calls", "function_call", "refusal", "audio", "images"].contains(where: message.isFilled) {
            return true
        }
        guard let chunks = message.elements("content") else { return message.isFilled("content") }
        return chunks.contains { range in
            guard let chunk = try? JSONObject(message.bytes, in: range) else { return range.count > 2 }
            return AnswerChunk(chunk).says
        }
    }

    /// Why the service cut the answer short; nil when it did not.
    package var error: ResultError? {
        if let error = choice.reportedError { return error }
        guard choice.string("finish_reason") == "error" else { return nil }
        return ResultError(code: AnswerBody.brokenOffCode, message: "the service ended the answer with an error")
    }

    package var finishReason: String? { choice.string("finish_reason") }

    /// The finish reason of the service that was translated, where it is a different one.
    package var providerReason: String? { choice.string("native_finish_reason") ?? finishReason }

    /// The explanation of such a service.
    package var providerMessage: String? { choice.string("native_finish_message") }

    package var text: String? {
        guard let message else { return choice.string("text") }
        guard message.elements("content") != nil else { return message.string("content") ?? choice.string("text") }
        let parts = chunks.compactMap(\.text)
        return parts.isEmpty ? nil : parts.joined()
    }

    package var reasoning: String? {
        guard let message else { return nil }
        for key in ["reasoning_content", "reasoning"] {
            if let text = message.string(key), !text.isEmpty { return text }
        }
        let parts = chunks.compactMap(\.thought)
        return parts.isEmpty ? nil : parts.joined()
    }

    package var refusal: String? {
        if let text = message?.string("refusal"), !text.isEmpty { return text }
        let parts = chunks.compactMap(\.refusal)
        return parts.isEmpty ? nil : parts.joined()
    }

    package var calls: [BatchResult.ToolCall] {
        let calls = (message?.objects("tool_calls") ?? []).compactMap(BatchResult.ToolCall.init(call:))
        guard calls.isEmpty else { return calls }
        return (message?.object("function_call")).flatMap { BatchResult.ToolCall($0, id: nil) }.map { [$0] } ?? []
    }

    private var chunks: [AnswerChunk] { message?.objects("content")?.map(AnswerChunk.init) ?? [] }
}

/// One of the chunks that a content may consist of.
package struct AnswerChunk {
    private let chunk: JSONObject
    private let type: String?

    package init(_ chunk: JSONObject) {
        self.chunk = chunk
        type = chunk.string("type")
    }

    private static let thoughts: Set<String> = ["thinking", "redacted_thinking", "reasoning", "reasoning_content"]

    private var isThought: Bool { type.map(Self.thoughts.contains) ?? false }

    package var says: Bool {
        switch type {
        case "text", "output_text", nil: chunk.isFilled("text")
        case "refusal": chunk.isFilled("refusal")
        // An image, audio, or a kind added later.
        default: !isThought
        }
    }

    package var text: String? { type == nil || type == "text" || type == "output_text" ? chunk.string("text") : nil }

    package var refusal: String? { type == "refusal" ? chunk.string("refusal") : nil }

    package var thought: String? {
        guard isThought else { return nil }
        if let text = chunk.string("thinking") ?? chunk.string("text") ?? chunk.string("reasoning") { return text }
        let parts = (chunk.objects("thinking") ?? []).compactMap { $0.string("text") }
        return parts.isEmpty ? nil : parts.joined()
    }
}
