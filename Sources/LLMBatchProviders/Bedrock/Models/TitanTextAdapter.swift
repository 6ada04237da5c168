import LLMBatchCore

/// Amazon Titan Text: a prompt with turns of the user and the bot.
///
/// Source: Amazon Bedrock user guide, "Amazon Titan Text models".
struct TitanTextAdapter: BedrockModelAdapter {
    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var prompt = try PromptChat(request, marks: ["\nUser:", "\nBot:"])
        var lines: [String] = []
        // There is no system turn: the instructions precede the user's text.
        var opening: [String] = []
        for (role, text) in prompt.turns {
            switch role {
            case .system: opening.append(text)
            case .assistant: lines.append("Bot: \(text)")
            default:
                lines.append("User: \((opening + [text]).joined(separator: "\n\n"))")
                opening = []
            }
        }
        guard opening.isEmpty else {
            throw RequestRefusal(field: "messages", "must not end with a system message for this model")
        }
        var written: JSONNode = ["inputText": .string((lines + ["Bot:"]).joined(separator: "\n"))]
        let settings = try settings(&prompt.chat)
        if settings != .object([]) { written["textGenerationConfig"] = settings }
        try prompt.chat.rest.end()
        return written.json
    }

    private func settings(_ chat: inout ChatRequest) throws(RequestRefusal) -> JSONNode {
        var settings: JSONNode = .object([])
        settings["maxTokenCount"] = chat.maxTokens
        settings["temperature"] = try chat.rest.number("temperature")
        settings["topP"] = try chat.rest.number("top_p")
        if !chat.stop.isEmpty { settings["stopSequences"] = .array(chat.stop.map { .string($0) }) }
        return settings
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        guard let result = modelOutput.objects("results")?.first, let text = result.string("outputText") else {
            return BedrockAnswer.asItIs(modelOutput, id: id)
        }
        return BedrockAnswer.chat(
            id: id, text: text, finishReason: Self.finishReason(result.string("completionReason")),
            usage: BedrockAnswer.usage(
                input: modelOutput.count("inputTextTokenCount"), output: result.count("tokenCount")))
    }

    private static func finishReason(_ word: String?) -> String {
        switch word {
        case "FINISH", "FINISHED", "STOP_CRITERIA_MET": "stop"
        default: BedrockAnswer.finishReason(word?.lowercased())
        }
    }
}
