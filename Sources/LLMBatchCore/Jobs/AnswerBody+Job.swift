extension AnswerBody {
    /// The body in a result line.
    init?(resultLine line: [UInt8]) {
        guard let body = (try? JSONObject(line))?.object("response")?.raw("body") else { return nil }
        self.init(body)
    }

    /// True when the model stopped at the token limit.
    var isCutOff: Bool { ["length", "max_output_tokens", "max_tokens"].contains(finishReason) }

    /// What the model said, as text or as the arguments of a tool that it was made to call.
    ///
    /// - Throws: the problem, when it refused, was stopped, or said nothing.
    func answerText() throws(RowProblemError) -> String {
        let message = object.objects("choices")?.first?.object("message")
        if let refusal = message?.string("refusal"), !refusal.isEmpty {
            throw RowProblemError(.refused, "the model refused: \(refusal.prefix(200))")
        }
        if finishReason == "content_filter" { throw RowProblemError(.refused, "a content filter stopped the answer") }
        let called = message?.objects("tool_calls")?.first?.object("function")?.string("arguments")
        if let text, !(text.isEmpty && called != nil) {
            return text
        }
        guard let called else { throw RowProblemError(.unreadable, "the answer has no text") }
        return called
    }
}
