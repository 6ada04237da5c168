public import LLMBatchCore

/// Says requests in the form of one family of models on Bedrock, and its answers in the OpenAI form of the endpoint.
///
/// The form of a request is the body that `InvokeModel` takes for the family; a batch sends it as `modelInput` and brings
/// the answer back as `modelOutput`.
public protocol BedrockModelAdapter: Sendable {
    /// What the family can be asked for; chat completions, where an adapter does not say.
    var endpoints: Set<Endpoint> { get }
    /// The `modelInput` of a request, compact JSON on one line; the same request gives the same bytes.
    ///
    /// - Throws: ``RequestRefusal`` for what the family cannot be asked; nothing is then submitted.
    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8]
    /// A `modelOutput` as the body of an answer to a single call of the OpenAI API.
    ///
    /// - Parameter id: the request's id at Bedrock, for answers that have none of their own.
    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer
    /// A `modelOutput` as above, for families whose answers are read by what was asked.
    ///
    /// - Parameter modelInput: what the model was asked, as the job repeats it; nil when it does not.
    func answer(_ modelOutput: JSONObject, to modelInput: JSONObject?, id: String) -> RealtimeAnswer
}

extension BedrockModelAdapter {
    /// Chat completions.
    public var endpoints: Set<Endpoint> { [.chatCompletions] }

    /// The same whatever was asked.
    public func answer(_ modelOutput: JSONObject, to modelInput: JSONObject?, id: String) -> RealtimeAnswer {
        answer(modelOutput, id: id)
    }
}

/// A family's form; the only one whose answers any other part of an answer depends on is the model's name.
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

    /// What is no answer in the family's form: what it is instead is for the judge of answers to say.
    static func asItIs(_ output: JSONObject, id: String) -> RealtimeAnswer {
        RealtimeAnswer(statusCode: 200, requestID: id, body: Array(output.text))
    }

    static func call(id: String, name: String, arguments: String) -> JSONNode {
        [
            "id": .string(id), "type": "function",
            "function": ["name": .string(name), "arguments": .string(arguments)],
        ]
    }

    /// Tokens, where both are told.
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
