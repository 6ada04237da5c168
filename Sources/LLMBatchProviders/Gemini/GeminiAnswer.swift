import Foundation
import LLMBatchCore

/// Says an answer of `generateContent` as a chat completion.
///
/// Sources: Gemini API reference, "GenerateContentResponse"; OpenAI API reference, "The chat completion object". What a
/// chat completion has no word for (thoughts, citations, safety ratings) stays in the provider's own line.
enum GeminiAnswer {
    /// The chat completion, or why there is no answer.
    static func read(_ response: JSONObject, id: String) -> Result<RealtimeAnswer, ResultErrorBox> {
        let candidates = response.objects("candidates") ?? []
        if candidates.isEmpty, let reason = response.object("promptFeedback")?.string("blockReason") {
            return .failure(
                ResultErrorBox(
                    ResultError(code: "prompt_blocked", message: "the prompt was blocked by the provider: \(reason)")))
        }
        let name = WireReading.filled(response.string("responseId")) ?? id
        let created = WireReading.date(response.string("createTime")).map { Int($0.timeIntervalSince1970) } ?? 0
        var body: JSONNode = ["id": .string(name), "object": "chat.completion", "created": .number(String(created))]
        body["model"] = .string(response.string("modelVersion") ?? "")
        body["choices"] = .array(candidates.enumerated().map { choice($1, at: $0, id: id) })
        body["usage"] = response.object("usageMetadata").map(usage)
        return .success(RealtimeAnswer(statusCode: 200, requestID: name, body: body.json))
    }

    private static func choice(_ candidate: JSONObject, at place: Int, id: String) -> JSONNode {
        let index = candidate.integer("index") ?? place
        let parts = candidate.object("content")?.objects("parts") ?? []
        let said = parts.filter { !$0.isTrue("thought") }
        let texts = said.compactMap { $0.string("text") }
        let calls = said.compactMap { $0.object("functionCall") }
        var message: JSONNode = ["role": "assistant", "content": texts.isEmpty ? .null : .string(texts.joined())]
        if !calls.isEmpty {
            message["tool_calls"] = .array(
                calls.enumerated().map { number, call in
                    // The service gives calls no ids, or not always; the next turn needs one.
                    let own = WireReading.filled(call.string("id")) ?? "call_\(id)_\(index)_\(number)"
                    let arguments = call.object("args").map { String(decoding: $0.text, as: UTF8.self) } ?? "{}"
                    return [
                        "id": .string(own), "type": "function",
                        "function": ["name": .string(call.string("name") ?? ""), "arguments": .string(arguments)],
                    ]
                })
        }
        let reason = finishReason(candidate.string("finishReason"), calls: !calls.isEmpty)
        return ["index": .number(String(index)), "message": message, "logprobs": .null, "finish_reason": reason]
    }

    /// A reason that chat completions have no word for is given in the provider's.
    private static func finishReason(_ word: String?, calls: Bool) -> JSONNode {
        switch word {
        case nil, "", "STOP", "FINISH_REASON_UNSPECIFIED": calls ? "tool_calls" : "stop"
        case "MAX_TOKENS": "length"
        case "SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY",
            "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR":
            "content_filter"
        case .some(let other): .string(other.lowercased())
        }
    }

    /// Thoughts are paid for as output, and counted beside it.
    private static func usage(_ usage: JSONObject) -> JSONNode {
        let input = (usage.integer("promptTokenCount") ?? 0) + (usage.integer("toolUsePromptTokenCount") ?? 0)
        let thoughts = usage.integer("thoughtsTokenCount")
        let output = (usage.integer("candidatesTokenCount") ?? 0) + (thoughts ?? 0)
        var written: JSONNode = [
            "prompt_tokens": .number(String(input)), "completion_tokens": .number(String(output)),
            "total_tokens": .number(String(usage.integer("totalTokenCount") ?? input + output)),
        ]
        if let cached = usage.integer("cachedContentTokenCount") {
            written["prompt_tokens_details"] = ["cached_tokens": .number(String(cached))]
        }
        if let thoughts {
            written["completion_tokens_details"] = ["reasoning_tokens": .number(String(thoughts))]
        }
        return written
    }
}

/// A result's error where one is thrown or kept as a failure.
struct ResultErrorBox: Error {
    let error: ResultError

    init(_ error: ResultError) { self.error = error }
}
