import LLMBatchCore

/// Translates a request to Mistral's format, a variation of OpenAI's.
///
/// Source: Mistral API reference, "Chat", "Embeddings", "Classifiers" and "Fim". A member without an equivalent is refused
/// by name; one with a default value is ignored.
enum MistralRequest {
    /// The body as compact, deterministic JSON.
    static func body(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var body = try RequestBody(request)
        let named = body.take("model")
        var written: JSONNode = ["model": request.model.map { .string($0) } ?? named ?? .null]
        switch request.request.endpoint {
        case .chatCompletions: try addChat(&body, to: &written)
        case .embeddings:
            for member in ["input", "encoding_format"] { written[member] = body.take(member) }
            written["output_dimension"] = try body.number("dimensions")
        default: try addOthers(&body, to: &written)
        }
        try body.end()
        return written.json
    }

    /// Members of chat completions with the same name at Mistral.
    private static let same = [
        "temperature", "top_p", "stop", "response_format", "tools", "tool_choice", "presence_penalty",
        "frequency_penalty", "n", "prediction", "parallel_tool_calls", "reasoning_effort", "logprobs", "top_logprobs",
        "prompt_cache_key",
    ]
    /// Members that only Mistral has.
    private static let own = ["random_seed", "safe_prompt", "prompt_mode", "min_tokens", "top_k", "repetition_penalty"]

    private static func addChat(_ body: inout RequestBody, to written: inout JSONNode) throws(RequestRefusal) {
        let messages = try ChatMessage.all(body.take("messages"))
        var turns: [JSONNode] = []
        for message in messages { turns.append(try turn(message)) }
        written["messages"] = .array(turns)
        let newer = try body.number("max_completion_tokens")
        let older = try body.number("max_tokens")
        guard newer == nil || older == nil || newer == older else {
            throw RequestRefusal(field: "max_tokens", "must be the same as max_completion_tokens")
        }
        written["max_tokens"] = newer ?? older
        for member in same + own { written[member] = body.take(member) }
        if let seed = try body.number("seed") { written["random_seed"] = seed }
        try body.allow("stream", only: [false])
        try body.allow("store", only: [false])
        try body.allow("modalities", only: [["text"]])
        try body.allow("service_tier", only: ["auto", "default"])
        try body.allow("logit_bias", only: [.object([])])
    }

    /// Members of the endpoints that need no translation.
    private static func addOthers(_ body: inout RequestBody, to written: inout JSONNode) throws(RequestRefusal) {
        let members = [
            "input", "prompt", "suffix", "temperature", "top_p", "max_tokens", "min_tokens", "stop", "random_seed",
        ]
        for member in members { written[member] = body.take(member) }
        try body.allow("stream", only: [false])
    }

    private static func turn(_ message: ChatMessage) throws(RequestRefusal) -> JSONNode {
        var written: JSONNode
        switch message.role {
        case .system: written = ["role": "system"]
        case .user: written = ["role": "user"]
        case .assistant: written = ["role": "assistant"]
        case .tool(let call): written = ["role": "tool", "tool_call_id": .string(call.id), "name": .string(call.name)]
        }
        written["content"] = try content(message.parts)
        if !message.calls.isEmpty {
            written["tool_calls"] = .array(
                message.calls.map { call in
                    let arguments = String(decoding: call.arguments.json, as: UTF8.self)
                    return [
                        "id": .string(call.id), "type": "function",
                        "function": ["name": .string(call.name), "arguments": .string(arguments)],
                    ]
                })
        }
        return written
    }

    private static func content(_ parts: [ChatPart]) throws(RequestRefusal) -> JSONNode {
        if parts.isEmpty { return "" }
        if parts.count == 1, case .text(let text) = parts[0].content { return .string(text) }
        var chunks: [JSONNode] = []
        for part in parts { chunks.append(chunk(part)) }
        return .array(chunks)
    }

    private static func chunk(_ part: ChatPart) -> JSONNode {
        switch part.content {
        case .text(let text): return ["type": "text", "text": .string(text)]
        case .image(let media): return ["type": "image_url", "image_url": .string(media.text)]
        case .audio(let data, _): return ["type": "input_audio", "input_audio": .string(data)]
        case .file(let media, let name):
            var chunk: JSONNode = ["type": "document_url", "document_url": .string(media.text)]
            chunk["document_name"] = name.map { .string($0) }
            return chunk
        }
    }
}

extension ChatMedia {
    /// A URL, or the bytes as a data: URL.
    fileprivate var text: String {
        switch self {
        case .address(let address): address
        case .inline(let type, let data): "data:\(type);base64,\(data)"
        }
    }
}
