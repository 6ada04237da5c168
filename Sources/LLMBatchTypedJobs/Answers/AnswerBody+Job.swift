import LLMBatchCore
import LLMBatchSchema

extension AnswerBody {
    /// Parses the body of a result line.
    init?(resultLine line: [UInt8]) {
        guard let body = (try? JSONObject(line))?.object("response")?.raw("body") else { return nil }
        self.init(body)
    }

    /// True when the model stopped at the token limit.
    var isCutOff: Bool { finishReason.map(Self.limitWords.contains) ?? false }

    /// The model's answer, as text or as the arguments of a forced tool call.
    ///
    /// - Throws: the problem, when the model refused, was stopped, or returned nothing.
    func answerText() throws(RowProblemError) -> String {
        if let refusal { throw RowProblemError(.refused, "the model refused: \(refusal.prefix(200))") }
        if finishReason == "content_filter" { throw RowProblemError(.refused, "a content filter stopped the answer") }
        if let text, !text.isEmpty { return text }
        if let called = toolCalls.first?.arguments { return called }
        if isCutOff { throw RowProblemError(.cutOff, "the token limit was reached before the answer began") }
        throw RowProblemError(.unreadable, text == nil ? "the answer has no text" : "the answer is empty")
    }
}
