import LLMBatchCore

/// A model's answer in the format of its family, which the format of the request determines.
///
/// Source: Amazon Bedrock user guide, "Inference request parameters and response fields for foundation models".
enum ModelOutput {
    static func json(_ reply: SimulatedReply, model: String, input: JSONNode, id: String) -> JSONNode {
        if model.contains("embed") { return embeddings(reply, model: model, input: input, id: id) }
        if input["anthropic_version"] != nil {
            return AnthropicMessage.json(reply, model: model, id: "msg_bdrk_" + id)
        }
        if input["max_gen_len"] != nil || model.contains("llama") { return generation(reply) }
        if model.contains("titan") { return titan(reply) }
        if model.contains("deepseek.r1") {
            let text = reply.text.map { "Let me see.\n</think>\n\n" + $0 }
            return ["choices": [["text": .init(text), "stop_reason": stop(reply)]]]
        }
        if input["prompt"] != nil { return ["outputs": [["text": .init(reply.text), "stop_reason": stop(reply)]]] }
        if model.contains("nova") || isConverse(input) { return converse(reply) }
        return chat(reply, model: model, id: id)
    }

    /// Why an embedding model cannot accept an input; nil when it can, and for all other models.
    static func objection(to input: JSONNode, model: String) -> String? {
        guard model.contains("embed") else { return nil }
        if model.contains("titan") {
            let known: Set = model.contains("v2") ? ["inputText", "dimensions", "normalize"] : ["inputText"]
            return input["inputText"]?.text != nil && known.isSuperset(of: input.keys) ? nil : "Malformed input request"
        }
        guard let texts = input["texts"]?.elements, (1...96).contains(texts.count), texts.allSatisfy({ $0.text != nil })
        else {
            return "Malformed input request: texts"
        }
        return input["input_type"]?.text != nil
            ? nil : "Malformed input request: #: required key [input_type] not found"
    }

    private static func embeddings(
        _ reply: SimulatedReply, model: String, input: JSONNode, id: String
    ) -> JSONNode {
        let dimensions = (input["dimensions"] ?? input["output_dimension"])?.integer ?? 8
        func vector(_ place: Int) -> JSONNode {
            .array((0..<dimensions).map { .number(String(Double(place + 1) / 128 + Double($0 % 4) / 256)) })
        }
        if model.contains("titan") {
            return ["embedding": vector(0), "inputTextTokenCount": .int(reply.inputTokens)]
        }
        let texts = input["texts"]?.elements ?? []
        return [
            "embeddings": .array(texts.indices.map(vector)), "id": .string("embed-" + id),
            "response_type": "embeddings_floats", "texts": .array(texts),
        ]
    }

    private static func isConverse(_ input: JSONNode) -> Bool {
        if input["inferenceConfig"] != nil { return true }
        guard let content = input["messages"]?.elements?.first?["content"]?.elements else { return false }
        return content.allSatisfy(\.isObject) && content.first?["type"] == nil
    }

    private static func stop(_ reply: SimulatedReply) -> JSONNode { .string(reply.finishReason) }

    private static func generation(_ reply: SimulatedReply) -> JSONNode {
        [
            "generation": .string(reply.text ?? ""), "prompt_token_count": .int(reply.inputTokens),
            "generation_token_count": .int(reply.outputTokens), "stop_reason": stop(reply),
        ]
    }

    private static func titan(_ reply: SimulatedReply) -> JSONNode {
        [
            "inputTextTokenCount": .int(reply.inputTokens),
            "results": [
                [
                    "tokenCount": .int(reply.outputTokens), "outputText": .init(reply.text),
                    "completionReason": .string(reply.finishReason == "length" ? "LENGTH" : "FINISH"),
                ]
            ],
        ]
    }

    private static func converse(_ reply: SimulatedReply) -> JSONNode {
        var content: [JSONNode] = reply.text.map { [["text": .string($0)]] } ?? []
        content += reply.toolCalls.map { call in
            [
                "toolUse": [
                    "toolUseId": .string(call.id), "name": .string(call.name), "input": .verbatim(call.arguments),
                ]
            ]
        }
        let reason =
            switch reply.finishReason {
            case "stop": "end_turn"
            case "length": "max_tokens"
            case "tool_calls": "tool_use"
            case "content_filter": "content_filtered"
            default: reply.finishReason
            }
        return [
            "output": ["message": ["role": "assistant", "content": .array(content)]], "stopReason": .string(reason),
            "usage": [
                "inputTokens": .int(reply.inputTokens), "outputTokens": .int(reply.outputTokens),
                "totalTokens": .int(reply.inputTokens + reply.outputTokens),
            ],
        ]
    }

    private static func chat(_ reply: SimulatedReply, model: String, id: String) -> JSONNode {
        var message: JSONNode = ["role": "assistant", "content": .init(reply.text)]
        if !reply.toolCalls.isEmpty { message["tool_calls"] = DefaultBody.toolCalls(reply) }
        let isMistral = model.contains("mistral")
        let choice = JSONNode.compact([
            "index": 0, "message": message, isMistral ? "stop_reason" : "finish_reason": stop(reply),
        ])
        guard !isMistral else { return ["choices": [choice]] }
        return [
            "id": .string("chatcmpl-" + id), "object": "chat.completion", "created": 1_768_480_496,
            "model": .string(model), "choices": [choice], "usage": DefaultBody.usage(reply),
        ]
    }
}
