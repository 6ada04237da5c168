public import LLMBatchCore

/// Translates requests to the format of one model family on Bedrock, and its answers to OpenAI's format.
///
/// The format of a request is the body of `InvokeModel` for the family. A batch sends it as `modelInput` and returns the
/// answer as `modelOutput`.
public protocol BedrockModelAdapter: Sendable {
    /// The endpoints that the family supports; chat completions by default.
    var endpoints: Set<Endpoint> { get }
    /// The `modelInput` of a request: compact, deterministic JSON on one line.
    ///
    /// - Throws: ``RequestRefusal`` for anything the family does not support; nothing is then submitted.
    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8]
    /// A `modelOutput` as the body of an answer of the OpenAI API.
    ///
    /// - Parameter id: the request's id at Bedrock, for answers without an id.
    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer
    /// A `modelOutput` as above, for families whose answers depend on the request.
    ///
    /// - Parameter modelInput: the request, as the job repeats it; nil when it does not.
    func answer(_ modelOutput: JSONObject, to modelInput: JSONObject?, id: String) -> RealtimeAnswer
}

extension BedrockModelAdapter {
    /// Chat completions.
    public var endpoints: Set<Endpoint> { [.chatCompletions] }

    /// Ignores the request.
    public func answer(_ modelOutput: JSONObject, to modelInput: JSONObject?, id: String) -> RealtimeAnswer {
        answer(modelOutput, id: id)
    }
}

/// Builds answers in OpenAI's format.
enum BedrockAnswer {
    /// A chat completion of one choice.
    static func chat(
        id: String, text: String?, reasoning: String = "", calls: [JSONNode] = [], finishReason: String,
        usage: JSONNode?
    ) -> RealtimeAnswer {
        var message: JSONNode = ["role": "assistant", "content": text.map { .string($0) } ?? .null]
        if !calls.isEmpty { message["tool_calls"] = .array(calls) }
        if !reasoning.isEmpty { message["reasoning_content"] = .string(reasoning) }
        var body: JSONNode = ["id": .string(id), "object": "chat.completion", "created": 0, "model": ""]
        body["choices"] = [
            ["index": 0, "message": message, "logprobs": .null, "finish_reason": .string(finishReason)]
        ]
        body["usage"] = usage
        return RealtimeAnswer(statusCode: 200, requestID: id, body: body.json)
    }

    /// Anything but an answer in the family's format, unchanged: the validator of answers reports what it is.
    static func asItIs(_ output: JSONObject, id: String) -> RealtimeAnswer {
        RealtimeAnswer(statusCode: 200, requestID: id, body: Array(output.text))
    }

    static func call(id: String, name: String, arguments: String) -> JSONNode {
        [
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ]
    }

    /// The token counts, if both are reported.
    static func usage(input: Int?, output: Int?) -> JSONNode? {
        guard let input, let output else { return nil }
        return [
            "prompt_tokens": .number(String(input)), "completion_tokens": .number(String(output)),
            "total_tokens": .number(String(input.addingClamped(output))),
        ]
    }

    /// `stop_reason` of the families that take a prompt.
    static func finishReason(_ word: String?) -> String {
        switch word {
        case nil, "", "stop", "end_turn", "stop_sequence": "stop"
        case "length", "max_tokens", "model_context_window_exceeded": "length"
        case "tool_use", "tool_calls": "tool_calls"
        case "guardrail_intervened", "content_filtered", "content_filter": "content_filter"
        case .some(let other): other.lowercased()
        }
    }
}
