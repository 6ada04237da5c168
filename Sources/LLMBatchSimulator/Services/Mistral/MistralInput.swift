import Foundation
import LLMBatchCore

/// The requests of an input, with the checks that a job makes.
struct MistralInput {
    private(set) var lines: [InputLine] = []
    private(set) var problems: [BatchProblem] = []

    init(_ file: Data, endpoint: String, model: String?) {
        var seen: Set<[UInt8]> = []
        for (index, line) in Lines.split(file).enumerated() where !line.isEmpty {
            let object = JSONNode(reading: line)
            guard let id = object?["custom_id"]?.text, let body = object?["body"], body.isObject else {
                note("Line \(index + 1) has no custom_id or no body.")
                continue
            }
            if !seen.insert(Array(id.utf8)).inserted { note("Duplicate custom_id: \(id)") }
            if endpoint == "/v1/chat/completions", let extra = body.keys.first(where: { !Self.known.contains($0) }) {
                note("Line \(index + 1): extra inputs are not permitted: \(extra)")
            }
            let own = body["model"]?.text
            if own ?? model == nil { note("Line \(index + 1) names no model.") }
            if let own, let first = model ?? lines.first?.model, own != first {
                note("All requests of a job must name one model.")
            }
            lines.append(InputLine(customID: id, model: own ?? model, index: index, source: line))
        }
        if lines.isEmpty, problems.isEmpty { note("The input holds no requests.") }
    }

    private mutating func note(_ message: String) {
        problems.append(BatchProblem(code: "invalid_request_error", message: message))
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
