/// The body of an answer, read as far as necessary to validate it and extract its content.
///
/// Supports the OpenAI formats: chat completions, completions, embeddings, responses, moderations.
package struct AnswerBody {
    package let object: JSONObject
    /// True when the body is a JSON string that contains the object's text.
    package let isQuoted: Bool

    /// Parses a body that is an object or, as some services send it, a JSON string that contains the object's text.
    package init?(_ bytes: ArraySlice<UInt8>) {
        var text = Array(bytes)
        var isQuoted = false
        if text.first == UInt8(ascii: "\"") {
            guard let inner = JSONText.literal(text) else { return nil }
            text = Array(inner.utf8)
            isQuoted = true
        }
        guard let object = try? JSONObject(text) else { return nil }
        self.object = object
        self.isQuoted = isQuoted
    }

    /// The tokens used, in the format of any of the endpoints.
    package var usage: TokenUsage {
        guard let usage = object.object("usage") else { return TokenUsage() }
        return TokenUsage(
            input: usage.count("prompt_tokens") ?? usage.count("input_tokens"),
            output: usage.count("completion_tokens") ?? usage.count("output_tokens"))
    }

    // MARK: - What it says

    /// The relevant choice: the first with content, otherwise the first.
    private var choice: AnswerChoice? {
        guard let choices = object.objects("choices")?.map(AnswerChoice.init) else { return nil }
        return choices.first(where: \.says) ?? choices.first
    }

    private var items: [AnswerItem]? { object.objects("output")?.map(AnswerItem.init) }

    /// The text of the first answer; nil when there is none (embeddings, a tool call, a refusal).
    package var text: String? { choice.map(\.text) ?? joined(\.text) }

    /// The model's reasoning, where the service returns it.
    package var reasoning: String? { choice.map(\.reasoning) ?? joined(\.reasoning) }

    /// The model's explanation of a refusal.
    package var refusal: String? { choice.map(\.refusal) ?? joined(\.refusal) }

    /// The tool calls that the model requests.
    package var toolCalls: [BatchResult.ToolCall] { choice?.calls ?? items?.compactMap(\.call) ?? [] }

    /// Why the model stopped, verbatim from the provider.
    package var finishReason: String? {
        choice?.finishReason ?? object.object("incomplete_details")?.string("reason")
            ?? (object.has("output") ? object.string("status") : nil)
    }

    /// The first vector of an embeddings answer with numbers as its format.
    package var embedding: [Double]? {
        guard let first = object.objects("data")?.first, let elements = first.elements("embedding") else { return nil }
        return elements.map { Double(String(decoding: first.bytes[$0], as: UTF8.self)) ?? .nan }
    }

    private func joined(_ part: (AnswerItem) -> String?) -> String? {
        let parts = items?.compactMap(part) ?? []
        return parts.isEmpty ? nil : parts.joined()
    }

    // MARK: - Whether it is one

    /// The code of an answer without content.
    package static let emptyCode = "empty_answer"
    /// The code of an answer whose content a filter removed.
    package static let filteredCode = "content_filter"
    /// The code of an answer that the service cut short.
    package static let brokenOffCode = "answer_broken_off"
    /// The code of an embeddings answer with vectors missing.
    package static let incompleteCode = "incomplete_answer"

    /// Why this body, sent as a success, is not a valid answer; nil when it is one.
    ///
    /// The rule is the same for every provider and endpoint: an answer without any usable content (text, a tool call, a
    /// refusal, audio, an image, a vector) is not a success, whatever the service reports.
    package func objection(endpoint: Endpoint) -> ResultError? {
        if let error = object.reportedError { return error }
        let member = Self.member(of: endpoint)
        guard let elements = object.elements(member) else { return absence(of: member) }
        switch endpoint {
        case .responses: return items?.contains(where: \.says) == true ? nil : silence
        case .embeddings: return vectorObjection(elements.count)
        case .moderations: return elements.isEmpty ? Self.empty("the answer's \(member) is empty") : nil
        default: return choiceObjection
        }
    }

    private func absence(of member: String) -> ResultError {
        let echoed =
            object.has("messages") || (object.has("input") && !object.has("output")) || object.has("prompt")
        if echoed { return ResultError(code: "echoed_request", message: "the answer is the request itself") }
        let said = ErrorBody(Array(object.text))
        return ResultError(
            code: said?.code ?? Self.emptyCode,
            message: "the answer has no \(member)" + (said?.message.map { ": \($0)" } ?? ""))
    }

    private var choiceObjection: ResultError? {
        guard let choices = object.objects("choices")?.map(AnswerChoice.init), let first = choices.first else {
            return Self.empty("the answer's choices is empty")
        }
        if let error = choices.lazy.compactMap(\.error).first { return error }
        if choices.contains(where: \.says) { return nil }
        return first.isWhole ? silence : Self.empty("the answer's choice has no message\(reasonWords)")
    }

    private func vectorObjection(_ count: Int) -> ResultError? {
        let vectors = object.objects("data") ?? []
        let filled = vectors.count { vector in
            // A string is a Base64 vector.
            vector.raw("embedding").map { JSONText.isVector($0) || $0.first == UInt8(ascii: "\"") && $0.count > 2 }
                ?? false
        }
        if filled == 0 { return Self.empty("the answer has no vector") }
        guard filled < max(count, vectors.count) else { return nil }
        return ResultError(
            code: Self.incompleteCode, message: "the answer has \(filled) of \(count) vectors")
    }

    /// The error for a well-formed answer without content.
    private var silence: ResultError {
        if finishReason == "content_filter" {
            return ResultError(
                code: Self.filteredCode, message: "a content filter left nothing of the answer\(reasonWords)")
        }
        let isCut = finishReason.map(Self.limitWords.contains) ?? false
        return Self.empty(
            "the answer is empty" + (isCut ? ": the token limit was reached first" : "") + reasonWords)
    }

    /// Finish reasons that mean the token limit was reached.
    package static let limitWords: Set<String> = ["length", "max_output_tokens", "max_tokens"]

    private var reasonWords: String {
        let words = [choice?.providerReason ?? finishReason, choice?.providerMessage].compactMap { $0 }
        return words.isEmpty ? "" : " (\(words.joined(separator: ": ")))"
    }

    private static func empty(_ message: String) -> ResultError { ResultError(code: emptyCode, message: message) }

    private static func member(of endpoint: Endpoint) -> String {
        switch endpoint {
        case .embeddings: "data"
        case .responses: "output"
        case .moderations: "results"
        default: "choices"
        }
    }
}
