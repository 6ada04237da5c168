import LLMBatchCore

/// Translates a message of Anthropic's Messages API to a chat completion.
///
/// Sources: Anthropic API reference, "Messages"; OpenAI API reference, "The chat completion object". Content without an
/// equivalent in a chat completion (citations, server tools) stays in the provider's own line.
enum AnthropicAnswer {
    /// The tool that carries a JSON schema for models without output formats: its input is the answer.
    static let schemaTool = "llmbatch_answer"

    static func read(_ message: JSONObject, id: String) -> RealtimeAnswer {
        let name = WireReading.filled(message.string("id")) ?? id
        guard let blocks = message.objects("content") else {
            // Not a message: the validator of answers reports what it is.
            return RealtimeAnswer(statusCode: 200, requestID: name, body: Array(message.text))
        }
        let uses = blocks.filter { $0.string("type") == "tool_use" }
        // A forced answer replaces the text before it, which only introduces it.
        let forced = uses.first { $0.string("name") == schemaTool }.map { [input($0)] }
        let texts = forced ?? blocks.filter { $0.string("type") == "text" }.compactMap { $0.string("text") }
        let calls = uses.filter { $0.string("name") != schemaTool }
        var said: JSONNode = ["role": "assistant", "content": texts.isEmpty ? .null : .string(texts.joined())]
        if !calls.isEmpty { said["tool_calls"] = .array(calls.map(call)) }
        let thoughts = blocks.compactMap { $0.string("type") == "thinking" ? $0.string("thinking") : nil }.joined()
        if !thoughts.isEmpty { said["reasoning_content"] = .string(thoughts) }
        let word = message.string("stop_reason")
        let reason = finishReason(word, isForced: forced != nil && calls.isEmpty)
        var choice: JSONNode = ["index": 0, "message": said, "logprobs": .null, "finish_reason": reason]
        if let word, reason == "content_filter" { choice["native_finish_reason"] = .string(word) }
        var body: JSONNode = ["id": .string(name), "object": "chat.completion", "created": 0]
        body["model"] = .string(message.string("model") ?? "")
        body["choices"] = [choice]
        body["usage"] = message.object("usage").map(usage)
        return RealtimeAnswer(statusCode: 200, requestID: name, body: body.json)
    }

    private static func call(_ use: JSONObject) -> JSONNode {
        [
            "id": .string(use.string("id") ?? ""), "type": "function",
            "function": ["name": .string(use.string("name") ?? ""), "arguments": .string(input(use))],
        ]
    }

    /// The input of a tool, as written in the line.
    private static func input(_ use: JSONObject) -> String {
        use.object("input").map { String(decoding: $0.text, as: UTF8.self) } ?? "{}"
    }

    /// A reason without an equivalent keeps the provider's name.
    private static func finishReason(_ word: String?, isForced: Bool) -> JSONNode {
        switch word {
        case nil, "end_turn", "stop_sequence": "stop"
        case "max_tokens", "model_context_window_exceeded": "length"
        case "tool_use": isForced ? "stop" : "tool_calls"
        case "refusal": "content_filter"
        case .some(let other): .string(other)
        }
    }

    /// Tokens written to or read from a cache are input too, but counted separately.
    private static func usage(_ usage: JSONObject) -> JSONNode {
        let read = usage.count("cache_read_input_tokens") ?? 0
        let written = usage.count("cache_creation_input_tokens") ?? 0
        let input = [usage.count("input_tokens") ?? 0, read, written].clampedSum()
        let output = usage.count("output_tokens") ?? 0
        var said: JSONNode = [
            "prompt_tokens": .number(String(input)), "completion_tokens": .number(String(output)),
            "total_tokens": .number(String(input.addingClamped(output))),
        ]
        if let thought = usage.object("output_tokens_details")?.count("thinking_tokens") {
            said["completion_tokens_details"] = ["reasoning_tokens": .number(String(thought))]
        }
        if read > 0 || written > 0 { said["prompt_tokens_details"] = ["cached_tokens": .number(String(read))] }
        return said
    }
}
