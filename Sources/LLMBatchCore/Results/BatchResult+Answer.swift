extension BatchResult {
    /// The text of the answer; nil where there is none (not succeeded, embeddings, a tool call, a refusal).
    ///
    /// Of a content that comes in chunks, it is the text of all of them without the model's thoughts.
    public var text: String? { answer?.text }

    /// The tools that the model wants called; empty where it wants none.
    public var toolCalls: [ToolCall] { answer?.toolCalls ?? [] }

    /// What the model said in place of an answer that it refused to give; nil when it did not refuse.
    ///
    /// A refusal is an answer of the model's: its request has succeeded, and ``Batch/retry(_:)`` leaves it alone.
    public var refusal: String? { answer?.refusal }

    /// What the model thought before it answered, where the service shows it.
    public var reasoning: String? { answer?.reasoning }

    /// Why the model stopped, in the provider's word (`stop`, `length`, `tool_calls` …).
    public var finishReason: String? { answer?.finishReason }

    /// The vector of an embeddings answer.
    public var embedding: [Double]? { answer?.embedding }

    /// The bytes of the answer's body; nil when there is none.
    public var body: [UInt8]? { answer.map { Array($0.object.text) } }

    /// The result as an OpenAI batch result line: the provider's own bytes where it sent such a line, else one made
    /// from the outcome and its reason.
    public var openAILine: [UInt8] {
        if let line, error?.code != OpenAIResultLine.unreadableCode { return line }
        let reason = error ?? ResultError(code: outcome.rawValue, message: "no answer")
        return OpenAIResultLine.compose(id: "\(job)", customID: customID, error: reason)
    }

    /// The provider's own line, byte for byte as it was received; nil where it sent none (missing, expired …).
    ///
    /// A realtime provider sends no lines: there it is the line that was composed around its answer.
    public var receivedLine: [UInt8]? { nativeLine ?? line }

    private var answer: AnswerBody? {
        guard outcome == .succeeded || outcome == .invalid, let line else { return nil }
        return (try? JSONObject(line))?.object("response")?.raw("body").flatMap(AnswerBody.init)
    }
}
