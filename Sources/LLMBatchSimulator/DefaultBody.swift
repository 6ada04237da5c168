import Foundation

/// The objects that a model's endpoints return on success.
enum DefaultBody {
    /// The JSON text of a valid answer to a request. Its text names the custom id unless one is given.
    static func text(for request: SimulatedRequest, saying text: String? = nil) -> String {
        let body = request.bodyObject
        let model = WireJSON.string(body["model"] as? String ?? "unknown-model")
        let said = WireJSON.string(text ?? "Answer to \(request.customID)")
        let id = request.customID.isEmpty ? "call" : request.customID
        // Some services use another version prefix, or none.
        let path = request.endpoint.split(separator: "/").filter { $0.first != "v" || Int($0.dropFirst()) == nil }
        return switch "/v1/" + path.joined(separator: "/") {
        case "/v1/chat/completions": chatCompletion(id, model, said).text
        case "/v1/completions": completion(id, model, said).text
        case "/v1/responses": response(id, model, said).text
        case "/v1/embeddings": EmbeddingBody(body: body, model: model).json.text
        case "/v1/moderations": moderation(id, model, inputs: inputCount(body["input"])).text
        default: (["id": .string(id), "model": model, "text": said] as WireJSON).text
        }
    }

    /// The JSON text of a chat completion with the content of a reply.
    static func text(for request: SimulatedRequest, replying reply: SimulatedReply) -> String {
        let model = WireJSON.string(request.bodyObject["model"] as? String ?? "unknown-model")
        let calls = reply.toolCalls.map { call -> WireJSON in
            [
                "id": .string(call.id), "type": "function",
                "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
            ]
        }
        var message: [(String, WireJSON)] = [("role", "assistant"), ("content", .init(reply.text)), ("refusal", nil)]
        if !calls.isEmpty { message.append(("tool_calls", .array(calls))) }
        let json: WireJSON = [
            "id": .string("chatcmpl-" + request.customID), "object": "chat.completion",
            "created": .int(Fingerprint.now), "model": model,
            "choices": [
                [
                    "index": 0, "message": .object(message), "logprobs": nil,
                    "finish_reason": .string(reply.finishReason),
                ]
            ],
            "usage": [
                "prompt_tokens": .int(reply.inputTokens), "completion_tokens": .int(reply.outputTokens),
                "total_tokens": .int(reply.inputTokens + reply.outputTokens),
            ],
        ]
        return json.text
    }

    /// The number of inputs in an `input` member: one text or one array of tokens counts as one.
    static func inputCount(_ input: Any?) -> Int {
        guard let list = input as? [Any] else { return 1 }
        return list.first is String || list.first is [Any] || list.first is [String: Any] ? list.count : 1
    }

    /// Usage in the format of the Responses API, as batches also report it.
    static func tokenUsage(times count: Int) -> WireJSON {
        // A script may give counts that no service would.
        let count = min(max(count, 0), 1_000_000)
        return [
            "input_tokens": .int(14 * count),
            "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0],
            "output_tokens": .int(5 * count), "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": .int(19 * count),
        ]
    }

    private static let completionUsage: WireJSON = [
        "prompt_tokens": 14, "completion_tokens": 5, "total_tokens": 19,
        "prompt_tokens_details": ["cached_tokens": 0, "audio_tokens": 0],
        "completion_tokens_details": [
            "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        ],
    ]

    private static func chatCompletion(_ id: String, _ model: WireJSON, _ said: WireJSON) -> WireJSON {
        [
            "id": .string("chatcmpl-" + id), "object": "chat.completion", "created": .int(Fingerprint.now),
            "model": model,
            "choices": [
                [
                    "index": 0,
                    "message": ["role": "assistant", "content": said, "refusal": nil, "annotations": []],
                    "logprobs": nil, "finish_reason": "stop",
                ]
            ],
            "usage": completionUsage, "service_tier": "default", "system_fingerprint": nil,
        ]
    }

    private static func completion(_ id: String, _ model: WireJSON, _ said: WireJSON) -> WireJSON {
        [
            "id": .string("cmpl-" + id), "object": "text_completion", "created": .int(Fingerprint.now),
            "model": model,
            "choices": [["index": 0, "text": said, "logprobs": nil, "finish_reason": "stop"]],
            "usage": completionUsage,
        ]
    }

    private static func response(_ id: String, _ model: WireJSON, _ said: WireJSON) -> WireJSON {
        [
            "id": .string("resp_" + id), "object": "response", "created_at": .int(Fingerprint.now),
            "status": "completed", "error": nil, "incomplete_details": nil, "instructions": nil,
            "max_output_tokens": nil, "model": model,
            "output": [
                [
                    "type": "message", "id": .string("msg_" + id), "status": "completed", "role": "assistant",
                    "content": [["type": "output_text", "text": said, "annotations": [], "logprobs": []]],
                ]
            ],
            "parallel_tool_calls": true, "previous_response_id": nil, "store": false, "temperature": 1,
            "text": ["format": ["type": "text"]], "tool_choice": "auto", "tools": [], "top_p": 1,
            "truncation": "disabled", "usage": tokenUsage(times: 1), "user": nil, "metadata": [:],
        ]
    }

    private static let categories = [
        "harassment", "harassment/threatening", "hate", "hate/threatening", "illicit", "illicit/violent",
        "self-harm", "self-harm/instructions", "self-harm/intent", "sexual", "sexual/minors", "violence",
        "violence/graphic",
    ]

    private static func moderation(_ id: String, _ model: WireJSON, inputs: Int) -> WireJSON {
        func each(_ value: WireJSON) -> WireJSON { .object(categories.map { ($0, value) }) }
        let result: WireJSON = [
            "flagged": false, "categories": each(false), "category_scores": each(.verbatim("0.0001")),
            "category_applied_input_types": each(["text"]),
        ]
        return [
            "id": .string("modr-" + id), "model": model, "results": .array(Array(repeating: result, count: inputs)),
        ]
    }
}
