import LLMBatchCore

/// Messages, errors and result lines in Anthropic's format, which other services use for Anthropic's models too.
enum AnthropicMessage {
    /// A message from the model.
    static func json(_ reply: SimulatedReply, model: String, id: String) -> JSONNode {
        var content: [JSONNode] = reply.text.map { [["type": "text", "text": .string($0)]] } ?? []
        content += reply.toolCalls.map { call in
            [
                "type": "tool_use", "id": .string(call.id), "name": .string(call.name),
                "input": .verbatim(call.arguments),
            ]
        }
        return [
            "id": .string(id), "type": "message", "role": "assistant", "model": .string(model),
            "content": .array(content), "stop_reason": .string(stopReason(reply.finishReason)), "stop_sequence": nil,
            "usage": [
                "input_tokens": .int(reply.inputTokens), "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0, "output_tokens": .int(reply.outputTokens), "service_tier": "batch",
            ],
        ]
    }

    private static func stopReason(_ reason: String) -> String {
        switch reason {
        case "stop": "end_turn"
        case "length": "max_tokens"
        case "tool_calls": "tool_use"
        case "content_filter": "refusal"
        default: reason
        }
    }

    /// A result line of a message batch. Every request has one, whatever its outcome.
    static func line(_ outcome: RequestOutcome, id: String) -> ResultLine {
        switch outcome {
        case .body(200, let message): line(id, "succeeded", ["type": "succeeded", "message": message])
        case .body(_, let error): line(id, "errored", ["type": "errored", "error": error])
        case .failure(let status, _, let message, _):
            line(id, "errored", ["type": "errored", "error": error(status, message)])
        case .expired, .unanswered("expired"): line(id, "expired", ["type": "expired"])
        case .unanswered("failed"):
            line(id, "errored", ["type": "errored", "error": error(500, "Internal server error")])
        case .unanswered: line(id, "canceled", ["type": "canceled"])
        }
    }

    private static func line(_ id: String, _ kind: String, _ result: JSONNode) -> ResultLine {
        ResultLine(bytes: (["custom_id": .string(id), "result": result] as JSONNode).encoded, kind: kind)
    }

    /// An error, whose type follows from the HTTP status.
    static func error(_ status: Int, _ message: String) -> JSONNode {
        [
            "type": "error", "error": ["type": .string(errorType(status)), "message": .string(message)],
            "request_id": "req_sim",
        ]
    }

    private static func errorType(_ status: Int) -> String {
        switch status {
        case 401: "authentication_error"
        case 402: "billing_error"
        case 403: "permission_error"
        case 404: "not_found_error"
        case 413: "request_too_large"
        case 429: "rate_limit_error"
        case 504: "timeout_error"
        case 529: "overloaded_error"
        case 500...: "api_error"
        default: "invalid_request_error"
        }
    }
}
