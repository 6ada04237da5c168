import LLMBatchCore

/// A chat for a model that accepts one text: the common part of its adapters.
struct PromptChat {
    /// The turns with their text.
    let turns: [(role: ChatMessage.Role, text: String)]
    /// The remaining members.
    var chat: ChatRequest

    /// - Parameter marks: the delimiters of turns, which must not occur in their text.
    init(_ request: OutgoingRequest, marks: [String]) throws(RequestRefusal) {
        chat = try ChatRequest(request)
        guard chat.tools.isEmpty else { throw RequestRefusal(field: "tools", "is not supported by this model") }
        guard chat.format == nil else {
            throw RequestRefusal(field: "response_format", "is not supported by this model")
        }
        var turns: [(ChatMessage.Role, String)] = []
        for message in chat.messages {
            try Self.refuseCalls(of: message)
            let text = try message.texts().joined()
            if let mark = marks.first(where: { text.contains($0) }) {
                throw RequestRefusal(field: "\(message.field).content", "holds \(mark), which would end the turn")
            }
            turns.append((message.role, text))
        }
        self.turns = turns
        try chat.rest.allowOneAnswer()
        try chat.rest.allow("parallel_tool_calls", only: [true])
    }

    /// A prompt cannot express function calls, and therefore no answers to them.
    private static func refuseCalls(of message: ChatMessage) throws(RequestRefusal) {
        guard message.calls.isEmpty else {
            throw RequestRefusal(field: "\(message.field).tool_calls", "is not supported by this model")
        }
    }

    /// The request body, with the members that the family supports.
    func body(_ prompt: String, maxTokens: String, stop: String?) throws(RequestRefusal) -> [UInt8] {
        var chat = chat
        var written: JSONNode = ["prompt": .string(prompt)]
        written[maxTokens] = chat.maxTokens
        written["temperature"] = try chat.rest.number("temperature")
        written["top_p"] = try chat.rest.number("top_p")
        if !chat.stop.isEmpty {
            guard let stop else { throw RequestRefusal(field: "stop", "is not supported by this model") }
            written[stop] = .array(chat.stop.map { .string($0) })
        }
        try chat.rest.end()
        return written.json
    }
}

/// Meta Llama: a prompt with the delimiters of the model's generation.
///
/// Source: Amazon Bedrock user guide, "Meta Llama models"; Meta's model cards, "Prompt format".
struct LlamaAdapter: BedrockModelAdapter {
    /// The delimiters of a generation.
    struct Form: Sendable {
        let begin, end, turn: String

        static let llama3 = Form(begin: "<|start_header_id|>", end: "<|end_header_id|>", turn: "<|eot_id|>")
        static let llama4 = Form(begin: "<|header_start|>", end: "<|header_end|>", turn: "<|eot|>")
    }

    let form: Form

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let marks = [form.begin, form.end, form.turn, "<|begin_of_text|>", "<|end_of_text|>"]
        let chat = try PromptChat(request, marks: marks)
        var prompt = "<|begin_of_text|>"
        for (role, text) in chat.turns {
            let name = role == .system ? "system" : role == .assistant ? "assistant" : "user"
            prompt += "\(form.begin)\(name)\(form.end)\n\n\(text)\(form.turn)"
        }
        prompt += "\(form.begin)assistant\(form.end)\n\n"
        return try chat.body(prompt, maxTokens: "max_gen_len", stop: nil)
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        guard let text = modelOutput.string("generation") else { return BedrockAnswer.asItIs(modelOutput, id: id) }
        return BedrockAnswer.chat(
            id: id, text: text, finishReason: BedrockAnswer.finishReason(modelOutput.string("stop_reason")),
            usage: BedrockAnswer.usage(
                input: modelOutput.count("prompt_token_count"), output: modelOutput.count("generation_token_count"))
        )
    }
}

/// Mistral's earlier models: an instruction prompt.
///
/// Source: Amazon Bedrock user guide, "Mistral AI text completion".
struct MistralPromptAdapter: BedrockModelAdapter {
    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let chat = try PromptChat(request, marks: ["<s>", "</s>", "[INST]", "[/INST]"])
        var prompt = "<s>"
        // There is no system turn: the instructions precede the user's text.
        var opening: [String] = []
        for (role, text) in chat.turns {
            switch role {
            case .system: opening.append(text)
            case .assistant: prompt += " \(text)</s>"
            default:
                prompt += "[INST] \((opening + [text]).joined(separator: "\n\n")) [/INST]"
                opening = []
            }
        }
        guard opening.isEmpty else {
            throw RequestRefusal(field: "messages", "must not end with a system message for this model")
        }
        return try chat.body(prompt, maxTokens: "max_tokens", stop: "stop")
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        guard let output = modelOutput.objects("outputs")?.first, let text = output.string("text") else {
            return BedrockAnswer.asItIs(modelOutput, id: id)
        }
        return BedrockAnswer.chat(
            id: id, text: text, finishReason: BedrockAnswer.finishReason(output.string("stop_reason")), usage: nil)
    }
}

/// DeepSeek R1: a prompt with the model's delimiters, answered after its reasoning.
///
/// Source: Amazon Bedrock user guide, "DeepSeek models".
struct DeepSeekPromptAdapter: BedrockModelAdapter {
    private static let marks = (
        begin: "<｜begin▁of▁sentence｜>", user: "<｜User｜>", assistant: "<｜Assistant｜>", end: "<｜end▁of▁sentence｜>"
    )

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let marks = Self.marks
        let chat = try PromptChat(request, marks: [marks.begin, marks.user, marks.assistant, marks.end])
        var prompt = marks.begin
        for (role, text) in chat.turns {
            switch role {
            case .system: prompt += text
            case .assistant: prompt += "\(marks.assistant)\(text)\(marks.end)"
            default: prompt += "\(marks.user)\(text)"
            }
        }
        return try chat.body(prompt + "\(marks.assistant)<think>\n", maxTokens: "max_tokens", stop: "stop")
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        answer(modelOutput, to: nil, id: id)
    }

    func answer(_ modelOutput: JSONObject, to modelInput: JSONObject?, id: String) -> RealtimeAnswer {
        guard let choice = modelOutput.objects("choices")?.first, let text = choice.string("text") else {
            return BedrockAnswer.asItIs(modelOutput, id: id)
        }
        // The reasoning is not part of the answer. If it was cut off, there is nothing else; a native prompt need not
        // start any reasoning.
        let thinks = modelInput?.string("prompt").map(Self.opensThoughts) ?? true
        let end = text.firstRange(of: "</think>") ?? (thinks ? text.endIndex..<text.endIndex : nil)
        let thoughts = end.map { String(text[..<$0.lowerBound]) } ?? ""
        let said = end.map { text[$0.upperBound...] } ?? text[...]
        return BedrockAnswer.chat(
            id: id, text: String(said.drop { $0.isNewline }), reasoning: thoughts,
            finishReason: BedrockAnswer.finishReason(choice.string("stop_reason")),
            usage: nil)
    }

    private static func opensThoughts(_ prompt: String) -> Bool {
        guard let opened = prompt.ranges(of: "<think>").last else { return false }
        return !prompt[opened.upperBound...].contains("</think>")
    }
}
