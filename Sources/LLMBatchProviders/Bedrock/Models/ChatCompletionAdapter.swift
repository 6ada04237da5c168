import LLMBatchCore

/// Models that accept chat completions: DeepSeek V3, Qwen, OpenAI's open models, Mistral's chat models, and unknown ones.
///
/// Source: Amazon Bedrock user guide, "OpenAI models", "Mistral AI chat completion". The body is sent unchanged except for
/// `model`, which the job names.
struct ChatCompletionAdapter: BedrockModelAdapter {
    /// Mistral has its own tool choices and stop reasons.
    var isMistral = false

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard var body = try? JSONNode(Array(request.request.body(model: nil))), body.members != nil else {
            throw RequestRefusal(field: nil, "the body cannot be read")
        }
        body["model"] = nil
        guard body["stream"] != true else { throw RequestRefusal(field: "stream", "is not supported by this provider") }
        body["stream"] = nil
        if isMistral { try sayAsMistral(&body) }
        return body.json
    }

    private func sayAsMistral(_ body: inout JSONNode) throws(RequestRefusal) {
        if let newer = body["max_completion_tokens"] {
            guard body["max_tokens"] == nil else {
                throw RequestRefusal(field: "max_completion_tokens", "conflicts with max_tokens")
            }
            body["max_completion_tokens"] = nil
            body["max_tokens"] = newer
        }
        switch body["tool_choice"] {
        case nil, "auto", "none": break
        case "required": body["tool_choice"] = "any"
        default: throw RequestRefusal(field: "tool_choice", "must be none, auto or required for this model")
        }
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        guard var body = try? JSONNode(Array(modelOutput.text)), let choices = body["choices"]?.elements else {
            return BedrockAnswer.asItIs(modelOutput, id: id)
        }
        body["choices"] = .array(choices.map(Self.choice))
        if body["object"] == nil { body["object"] = "chat.completion" }
        if body["id"] == nil { body["id"] = .string(id) }
        return RealtimeAnswer(statusCode: 200, requestID: body["id"]?.text ?? id, body: body.json)
    }

    private static func choice(_ choice: JSONNode) -> JSONNode {
        var choice = choice
        if choice["finish_reason"] == nil, let reason = choice["stop_reason"] {
            choice["stop_reason"] = nil
            choice["finish_reason"] = .string(BedrockAnswer.finishReason(reason.text))
        }
        if let text = choice["message"]?["content"]?.text, let parts = parted(text) {
            choice["message"]?["content"] = .string(parts.said)
            choice["message"]?["reasoning_content"] = .string(parts.thought)
        }
        return choice
    }

    /// The answer without the tagged reasoning before it; nil when there is no reasoning.
    private static func parted(_ text: String) -> (thought: String, said: String)? {
        let mark = "<reasoning>"
        guard text.hasPrefix(mark), let end = text.firstRange(of: "</reasoning>") else { return nil }
        return (String(text[..<end.lowerBound].dropFirst(mark.count)), String(text[end.upperBound...]))
    }
}
