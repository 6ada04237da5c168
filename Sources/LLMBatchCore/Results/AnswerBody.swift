/// The body of an answer, read as far as is needed to say whether it is one, and what it says.
///
/// Works on the OpenAI shapes: chat completions, completions, embeddings, responses, moderations.
struct AnswerBody {
    let object: JSONObject

    /// Reads a body that may be an object, or (seen from some services) a JSON string that holds the object's text.
    init?(_ bytes: ArraySlice<UInt8>) {
        var text = Array(bytes)
        if text.first == UInt8(ascii: "\"") {
            text = text.withUnsafeBufferPointer { Array(JSONText.string($0, 0..<$0.count).utf8) }
        }
        guard let object = try? JSONObject(text) else { return nil }
        self.object = object
    }

    /// Why this body, sent as a success, is none; nil when it is one.
    func objection(endpoint: Endpoint) -> ResultError? {
        if let error { return error }
        let member = Self.member(of: endpoint)
        guard let elements = object.elements(member) else {
            let echoed =
                object.has("messages") || (object.has("input") && !object.has("output")) || object.has("prompt")
            return echoed
                ? ResultError(code: "echoed_request", message: "the answer is the request itself")
                : ResultError(code: "empty_answer", message: "the answer has no \(member)")
        }
        if elements.isEmpty, endpoint != .responses {
            return ResultError(code: "empty_answer", message: "the answer's \(member) is empty")
        }
        return nil
    }

    /// The `error` member, as the object it should be or as plain text.
    var error: ResultError? {
        guard object.has("error") else { return nil }
        guard let error = object.object("error") else {
            return object.string("error").map { ResultError(code: "error", message: $0) }
        }
        let code = error.string("code") ?? error.integer("code").map(String.init) ?? error.string("type") ?? "error"
        return ResultError(code: code, message: error.string("message") ?? "no message")
    }

    /// Tokens used, in the words of any of the endpoints.
    var usage: TokenUsage {
        guard let usage = object.object("usage") else { return TokenUsage() }
        return TokenUsage(
            input: usage.integer("prompt_tokens") ?? usage.integer("input_tokens"),
            output: usage.integer("completion_tokens") ?? usage.integer("output_tokens"))
    }

    /// The text of the first answer; nil where there is none (embeddings, a tool call, a refusal).
    var text: String? {
        if let choice = object.objects("choices")?.first {
            return choice.object("message")?.string("content") ?? choice.string("text")
        }
        guard let output = object.objects("output") else { return nil }
        let parts = output.filter { $0.string("type") == "message" }
            .flatMap { $0.objects("content") ?? [] }
            .compactMap { $0.string("type") == "output_text" ? $0.string("text") : nil }
        return parts.isEmpty ? nil : parts.joined()
    }

    /// Why the model stopped, in the provider's word.
    var finishReason: String? {
        object.objects("choices")?.first?.string("finish_reason")
            ?? object.object("incomplete_details")?.string("reason")
            ?? (object.has("output") ? object.string("status") : nil)
    }

    /// The first vector of an embeddings answer that is written as numbers.
    var embedding: [Double]? {
        guard let first = object.objects("data")?.first, let elements = first.elements("embedding") else { return nil }
        return elements.map { Double(String(decoding: first.bytes[$0], as: UTF8.self)) ?? .nan }
    }

    private static func member(of endpoint: Endpoint) -> String {
        switch endpoint {
        case .embeddings: "data"
        case .responses: "output"
        case .moderations: "results"
        default: "choices"
        }
    }
}
