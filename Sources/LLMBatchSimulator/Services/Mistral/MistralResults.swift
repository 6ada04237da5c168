import Foundation

/// The lines of an input, with the checks that a job makes.
struct MistralInput {
    private(set) var lines: [InputLine] = []
    private(set) var problems: [BatchProblem] = []

    init(_ file: Data, endpoint: String, model: String?) {
        var seen: Set<[UInt8]> = []
        for (index, line) in Lines.split(file).enumerated() where !line.isEmpty {
            let object = ReadJSON.object(line)
            guard let id = object?["custom_id"] as? String, let body = object?["body"] as? [String: Any] else {
                problems.append(Self.problem("Line \(index + 1) has no custom_id or no body."))
                continue
            }
            if !seen.insert(Array(id.utf8)).inserted {
                problems.append(Self.problem("Duplicate custom_id: \(id)"))
            }
            if let extra = Self.extra(body, endpoint: endpoint) {
                problems.append(Self.problem("Line \(index + 1): extra inputs are not permitted: \(extra)"))
            }
            let own = body["model"] as? String
            if own ?? model == nil { problems.append(Self.problem("Line \(index + 1) names no model.")) }
            if let own, let first = model ?? lines.first?.model, own != first {
                problems.append(Self.problem("All requests of a job must name one model."))
            }
            lines.append(InputLine(customID: id, model: own ?? model, index: index, source: line))
        }
        if lines.isEmpty, problems.isEmpty { problems.append(Self.problem("The input holds no requests.")) }
    }

    private static func problem(_ message: String) -> BatchProblem {
        BatchProblem(code: "invalid_request_error", message: message)
    }

    private static func extra(_ body: [String: Any], endpoint: String) -> String? {
        guard endpoint == "/v1/chat/completions" else { return nil }
        return body.keys.sorted().first { !known.contains($0) }
    }

    /// Source: Mistral API reference, "ChatCompletionRequest".
    private static let known: Set = [
        "model", "messages", "temperature", "top_p", "max_tokens", "stream", "stop", "random_seed", "metadata",
        "response_format", "tools", "tool_choice", "presence_penalty", "frequency_penalty", "min_tokens",
        "repetition_penalty", "top_k", "logprobs", "top_logprobs", "prompt_logprobs", "top_prompt_logprobs", "n",
        "prediction", "parallel_tool_calls", "reasoning_effort", "prompt_mode", "guardrails", "prompt_cache_key",
        "service_tier", "safe_prompt",
    ]
}

/// Computes what a job ends with: one line per processed request, in the output or the error file.
struct MistralResults {
    private(set) var output: [Data] = []
    private(set) var errors: [Data] = []

    init(_ ended: [SimulatedLine], model: String?) {
        for line in ended {
            if let answer = line.answer { add(answer, to: line.request, model: line.line.model ?? model) }
        }
    }

    private mutating func add(_ answer: SimulatedAnswer, to request: SimulatedRequest, model: String?) {
        switch answer {
        case .success where request.endpoint != "/v1/chat/completions":
            add(200, DefaultBody.text(for: request), to: request)
        case .success, .text, .reply:
            guard let reply = answer.reply(to: request) else { return }
            add(200, Self.completion(reply, model: model ?? "", id: request.customID).text, to: request)
        case .httpError(let status, _, let message, _):
            let refusal = MistralRefusal(status: status, type: MistralRefusal.type(of: status), message: message)
            add(status, refusal.json.text, to: request)
        case .body(let status, let json): add(status, String(decoding: json, as: UTF8.self), to: request)
        case .raw(let bytes): output.append(bytes)
        case .rawError(let bytes): errors.append(bytes)
        case .expired: add(408, MistralRefusal(status: 408, message: "Request timed out").json.text, to: request)
        case .silent: break
        }
    }

    private mutating func add(_ status: Int, _ body: String, to request: SimulatedRequest) {
        let line: WireJSON = [
            "id": .string("batch-row-\(output.count + errors.count + 1)"), "custom_id": .string(request.customID),
            "response": ["status_code": .int(status), "body": .verbatim(body)], "error": nil,
        ]
        if status == 200 { output.append(Data(line.text.utf8)) } else { errors.append(Data(line.text.utf8)) }
    }

    private static func completion(_ reply: SimulatedReply, model: String, id: String) -> WireJSON {
        let calls: WireJSON =
            reply.toolCalls.isEmpty
            ? nil
            : .array(
                reply.toolCalls.enumerated().map { index, call in
                    [
                        "id": .string(call.id), "index": .int(index),
                        "function": ["name": .string(call.name), "arguments": .string(call.arguments)],
                    ]
                })
        return [
            "id": .string("cmpl-" + id), "object": "chat.completion", "created": .int(Fingerprint.now),
            "model": .string(model),
            "choices": [
                [
                    "index": 0, "finish_reason": .string(reply.finishReason),
                    "message": [
                        "role": "assistant", "content": .init(reply.text), "tool_calls": calls, "prefix": false,
                    ],
                ]
            ],
            "usage": [
                "prompt_tokens": .int(reply.inputTokens), "completion_tokens": .int(reply.outputTokens),
                "total_tokens": .int(reply.inputTokens + reply.outputTokens),
            ],
        ]
    }
}
