extension BatchResult {
    /// The text of the answer; nil when there is none (unsuccessful, embeddings, a tool call, a refusal).
    ///
    /// For content in chunks, this is the text of all chunks without the model's reasoning.
    public var text: String? { answer?.text }

    /// The tool calls that the model requests; empty when there are none.
    public var toolCalls: [ToolCall] { answer?.toolCalls ?? [] }

    /// The model's explanation when it refused to answer; nil when it did not refuse.
    ///
    /// A refusal is an answer: its request has succeeded, and ``Batch/retry(_:)`` does not retry it.
    public var refusal: String? { answer?.refusal }

    /// The model's reasoning, where the service returns it.
    public var reasoning: String? { answer?.reasoning }

    /// Why the model stopped, verbatim from the provider (`stop`, `length`, `tool_calls` and so on).
    public var finishReason: String? { answer?.finishReason }

    /// The vector of an embeddings answer; nil for other answers.
    public var embedding: [Double]? { answer?.embedding }

    /// The bytes of the answer's body; nil when there is none.
    public var body: [UInt8]? { answer.map { Array($0.object.text) } }

    /// The result as an OpenAI batch result line: the provider's own bytes where it sends that format, otherwise a line
    /// built from the outcome and its error.
    public var openAILine: [UInt8] {
        if let line, error?.code != OpenAIResultLine.unreadableCode { return line }
        let reason = error ?? ResultError(code: outcome.rawValue, message: "no answer")
        return OpenAIResultLine.compose(id: "\(job)", customID: customID, error: reason)
    }

    /// The provider's own line, byte for byte as received; nil where it sent none (missing, expired and so on).
    ///
    /// A realtime provider sends no lines; the line is then the one built around its answer.
    public var receivedLine: [UInt8]? { nativeLine ?? line }

    private var answer: AnswerBody? {
        guard outcome == .succeeded || outcome == .invalid, let line else { return nil }
        return (try? JSONObject(line))?.object("response")?.raw("body").flatMap(AnswerBody.init)
    }
}
