import LLMBatchCore

/// Chat completions and errors in Mistral's format.
enum MistralMessage {
    static func json(_ reply: SimulatedReply, model: String, id: String) -> JSONNode {
        let calls = reply.toolCalls.enumerated().map { index, call -> JSONNode in
            [
                "id": .string(call.id), "index": .int(index),
                "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
            ]
        }
        return [
            "id": .string("cmpl-" + id), "object": "chat.completion", "created": .int(Fingerprint.now),
            "model": .string(model),
            "choices": [
                [
                    "index": 0, "finish_reason": .string(reply.finishReason),
                    "message": [
                        "role": "assistant", "content": .init(reply.text),
                        "tool_calls": calls.isEmpty ? nil : .array(calls), "prefix": false,
                    ],
                ]
            ],
            "usage": DefaultBody.usage(reply),
        ]
    }

    /// An error, whose type follows from the HTTP status.
    static func error(_ status: Int, _ message: String) -> JSONNode {
        let type =
            switch status {
            case 401, 403: "authentication_error"
            case 429: "rate_limit_error"
            case 500...: "server_error"
            default: "invalid_request_error"
            }
        return ["object": "error", "message": .string(message), "type": .string(type), "param": nil, "code": nil]
    }
}
