extension AnswerBody {
    /// The body in a result line.
    init?(resultLine line: [UInt8]) {
        guard let body = (try? JSONObject(line))?.object("response")?.raw("body") else { return nil }
        self.init(body)
    }

    /// True when the model stopped at the token limit.
    var isCutOff: Bool { finishReason.map(Self.limitWords.contains) ?? false }

    /// What the model said, as text or as the arguments of a tool that it was made to call.
    ///
    /// - Throws: the problem, when it refused, was stopped, or said nothing.
    func answerText() throws(RowProblemError) -> String {
        if let refusal { throw RowProblemError(.refused, "the model refused: \(refusal.prefix(200))") }
        if finishReason == "content_filter" { throw RowProblemError(.refused, "a content filter stopped the answer") }
        if let text, !text.isEmpty { return text }
        if let called = toolCalls.first?.arguments { return called }
        if isCutOff { throw RowProblemError(.cutOff, "the answer ends at the token limit, before its first word") }
        throw RowProblemError(.unreadable, text == nil ? "the answer has no text" : "the answer is empty")
    }
}
