import Foundation
import LLMBatchCore

/// Translates an answer of `generateContent` to a chat completion.
///
/// Sources: Gemini API reference, "GenerateContentResponse"; OpenAI API reference, "The chat completion object". Content
/// without an equivalent (citations, safety ratings) stays in the provider's own line.
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
        let created = response.date("createTime").map { Int($0.timeIntervalSince1970) } ?? 0
        var body: JSONNode = ["id": .string(name), "object": "chat.completion", "created": .number(String(created))]
        body["model"] = .string(response.string("modelVersion") ?? "")
        body["choices"] = .array(candidates.enumerated().map { choice($1, at: $0, id: id) })
        body["usage"] = response.object("usageMetadata").map(usage)
        return .success(RealtimeAnswer(statusCode: 200, requestID: name, body: body.json))
    }

    private static func choice(_ candidate: JSONObject, at place: Int, id: String) -> JSONNode {
        let index = candidate.count("index") ?? place
        let parts = candidate.object("content")?.objects("parts") ?? []
        let said = parts.filter { !$0.isTrue("thought") }
        let texts = said.compactMap { $0.string("text") }
        let calls = said.compactMap { $0.object("functionCall") }
        var message: JSONNode = ["role": "assistant", "content": texts.isEmpty ? .null : .string(texts.joined())]
        if !calls.isEmpty {
            message["tool_calls"] = .array(calls.enumerated().map { call($1, id: "call_\(id)_\(index)_\($0)") })
        }
        let thoughts = parts.compactMap { $0.isTrue("thought") ? $0.string("text") : nil }.joined()
        if !thoughts.isEmpty { message["reasoning_content"] = .string(thoughts) }
        let files = said.compactMap(file)
        if !files.isEmpty { message["images"] = .array(files) }
        let word = candidate.string("finishReason")
        let reason = finishReason(word, calls: !calls.isEmpty)
        var choice: JSONNode = [
            "index": .number(String(index)), "message": message, "logprobs": .null, "finish_reason": reason,
        ]
        if let word, reason == "content_filter" { choice["native_finish_reason"] = .string(word) }
        choice["native_finish_message"] = WireReading.filled(candidate.string("finishMessage")).map { .string($0) }
        return choice
    }

    /// The service does not always give calls an id, but the next turn needs one.
    private static func call(_ call: JSONObject, id: String) -> JSONNode {
        let arguments = call.object("args").map { String(decoding: $0.text, as: UTF8.self) } ?? "{}"
        return [
            "id": .string(WireReading.filled(call.string("id")) ?? id), "type": "function",
            "function": ["name": .string(call.string("name") ?? ""), "arguments": .string(arguments)],
        ]
    }

    /// An image or audio is only mentioned, because it may be large; it stays in the provider's own line.
    private static func file(_ part: JSONObject) -> JSONNode? {
        guard let data = part.object("inlineData") ?? part.object("fileData") else { return nil }
        var named: JSONNode = ["type": "native", "mime_type": .string(data.string("mimeType") ?? "")]
        named["uri"] = data.string("fileUri").map { .string($0) }
        return named
    }

    /// A reason without an equivalent keeps the provider's name.
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

    /// Reasoning is billed as output but counted separately.
    private static func usage(_ usage: JSONObject) -> JSONNode {
        let input = ["promptTokenCount", "toolUsePromptTokenCount"].map { usage.count($0) ?? 0 }.clampedSum()
        let thoughts = usage.count("thoughtsTokenCount")
        let output = (usage.count("candidatesTokenCount") ?? 0).addingClamped(thoughts ?? 0)
        var written: JSONNode = [
            "prompt_tokens": .number(String(input)), "completion_tokens": .number(String(output)),
            "total_tokens": .number(String(usage.count("totalTokenCount") ?? input.addingClamped(output))),
        ]
        if let cached = usage.count("cachedContentTokenCount") {
            written["prompt_tokens_details"] = ["cached_tokens": .number(String(cached))]
        }
        if let thoughts {
            written["completion_tokens_details"] = ["reasoning_tokens": .number(String(thoughts))]
        }
        return written
    }
}

/// Wraps a result's error as a Swift error.
struct ResultErrorBox: Error {
    let error: ResultError

    init(_ error: ResultError) { self.error = error }
}
