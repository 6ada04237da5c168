import Foundation
import LLMBatchCore

/// Says an answer of `generateContent` as a chat completion.
///
/// Sources: Gemini API reference, "GenerateContentResponse"; OpenAI API reference, "The chat completion object". What a
/// chat completion has no word for (citations, safety ratings) stays in the provider's own line.
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

    /// The service gives calls no ids, or not always; the next turn needs one.
    private static func call(_ call: JSONObject, id: String) -> JSONNode {
        let arguments = call.object("args").map { String(decoding: $0.text, as: UTF8.self) } ?? "{}"
        return [
            "id": .string(WireReading.filled(call.string("id")) ?? id), "type": "function",
            "function": ["name": .string(call.string("name") ?? ""), "arguments": .string(arguments)],
        ]
    }

    /// A picture or a sound is named, and stays in the provider's own line: it may be large.
    private static func file(_ part: JSONObject) -> JSONNode? {
        guard let data = part.object("inlineData") ?? part.object("fileData") else { return nil }
        var named: JSONNode = ["type": "native", "mime_type": .string(data.string("mimeType") ?? "")]
        named["uri"] = data.string("fileUri").map { .string($0) }
        return named
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

/// A result's error where one is thrown or kept as a failure.
struct ResultErrorBox: Error {
    let error: ResultError

    init(_ error: ResultError) { self.error = error }
}
