import Foundation
import LLMBatchCore

/// The objects that a model's endpoints return on success.
enum DefaultBody {
    /// A valid response to a request, by the request's endpoint. Its text names the custom id unless a script gives one.
    static func json(_ answer: SimulatedAnswer, to request: SimulatedRequest) -> JSONNode {
        let body = request.json
        let model = JSONNode.string(body["model"]?.text ?? "unknown-model")
        if case .reply(let reply) = answer { return chatCompletion(reply, id: request.customID, model) }
        var text = "Answer to \(request.customID)"
        if case .text(let given) = answer { text = given }
        let said = JSONNode.string(text)
        let id = request.customID.isEmpty ? "call" : request.customID
        // Some services use another version prefix, or none.
        let path = request.endpoint.split(separator: "/").filter { $0.first != "v" || Int($0.dropFirst()) == nil }
        return switch "/v1/" + path.joined(separator: "/") {
        case "/v1/chat/completions": chatCompletion(id, model, said)
        case "/v1/completions": completion(id, model, said)
        case "/v1/responses": response(id, model, said)
        case "/v1/embeddings": EmbeddingBody(body: body, model: model).json
        case "/v1/moderations": moderation(id, model, inputs: inputCount(body["input"]))
        default: ["id": .string(id), "model": model, "text": said]
        }
    }

    /// A chat completion with the content of a reply.
    private static func chatCompletion(_ reply: SimulatedReply, id: String, _ model: JSONNode) -> JSONNode {
        var message: JSONNode = ["role": "assistant", "content": .init(reply.text), "refusal": nil]
        if !reply.toolCalls.isEmpty { message["tool_calls"] = toolCalls(reply) }
        return [
            "id": .string("chatcmpl-" + id), "object": "chat.completion", "created": .int(Fingerprint.now),
            "model": model,
            "choices": [
                ["index": 0, "message": message, "logprobs": nil, "finish_reason": .string(reply.finishReason)]
            ],
            "usage": usage(reply),
        ]
    }

    /// The tool calls of a reply, as a chat completion has them.
    static func toolCalls(_ reply: SimulatedReply) -> JSONNode {
        .array(
            reply.toolCalls.map { call in
                [
                    "id": .string(call.id), "type": "function",
                    "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                ]
            })
    }

    /// The usage of a reply, as a chat completion has it.
    static func usage(_ reply: SimulatedReply) -> JSONNode {
        [
            "prompt_tokens": .int(reply.inputTokens), "completion_tokens": .int(reply.outputTokens),
            "total_tokens": .int(reply.inputTokens + reply.outputTokens),
        ]
    }

    /// The number of inputs in an `input` member: one text or one array of tokens counts as one.
    static func inputCount(_ input: JSONNode?) -> Int {
        guard let list = input?.elements else { return 1 }
        return list.first.map { $0.literal == nil } ?? false ? list.count : 1
    }

    /// Usage in the format of the Responses API, as batches also report it.
    static func tokenUsage(times count: Int) -> JSONNode {
        // A script may give counts that no service would.
        let count = min(max(count, 0), 1_000_000)
        return [
            "input_tokens": .int(14 * count),
            "input_tokens_details": ["cached_tokens": 0, "cache_write_tokens": 0],
            "output_tokens": .int(5 * count), "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": .int(19 * count),
        ]
    }

    private static let completionUsage: JSONNode = [
        "prompt_tokens": 14, "completion_tokens": 5, "total_tokens": 19,
        "prompt_tokens_details": ["cached_tokens": 0, "audio_tokens": 0],
        "completion_tokens_details": [
            "reasoning_tokens": 0, "audio_tokens": 0, "accepted_prediction_tokens": 0,
            "rejected_prediction_tokens": 0,
        ],
    ]

    private static func chatCompletion(_ id: String, _ model: JSONNode, _ said: JSONNode) -> JSONNode {
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

    private static func completion(_ id: String, _ model: JSONNode, _ said: JSONNode) -> JSONNode {
        [
            "id": .string("cmpl-" + id), "object": "text_completion", "created": .int(Fingerprint.now),
            "model": model,
            "choices": [["index": 0, "text": said, "logprobs": nil, "finish_reason": "stop"]],
            "usage": completionUsage,
        ]
    }

    private static func response(_ id: String, _ model: JSONNode, _ said: JSONNode) -> JSONNode {
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

    private static func moderation(_ id: String, _ model: JSONNode, inputs: Int) -> JSONNode {
        func each(_ value: JSONNode) -> JSONNode { .object(categories.map { .init(key: $0, value: value) }) }
        let result: JSONNode = [
            "flagged": false, "categories": each(false), "category_scores": each(.number("0.0001")),
            "category_applied_input_types": each(["text"]),
        ]
        return [
            "id": .string("modr-" + id), "model": model, "results": .array(Array(repeating: result, count: inputs)),
        ]
    }
}
