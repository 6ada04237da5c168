import LLMBatchCore

/// Amazon Nova, and any model called through `Converse`.
///
/// Sources: Amazon Nova user guide, "Complete request schema"; Amazon Bedrock API reference, "Converse".
struct ConverseAdapter: BedrockModelAdapter {
    /// Required by the first generation of Nova.
    var schemaVersion: String?
    /// Jobs of the type `Converse` do not support tools.
    var takesTools = true

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var chat = try ChatRequest(request)
        let turns = try ConverseTurns(chat.messages)
        var written: JSONNode = .object([])
        written["schemaVersion"] = schemaVersion.map { .string($0) }
        if !turns.system.isEmpty { written["system"] = .array(turns.system) }
        written["messages"] = .array(turns.turns)
        var settings: JSONNode = .object([])
        settings["maxTokens"] = chat.maxTokens
        settings["temperature"] = try chat.rest.number("temperature")
        settings["topP"] = try chat.rest.number("top_p")
        if !chat.stop.isEmpty { settings["stopSequences"] = .array(chat.stop.map { .string($0) }) }
        if settings != .object([]) { written["inferenceConfig"] = settings }
        written["toolConfig"] = try toolConfig(chat)
        try chat.rest.allowOneAnswer()
        try chat.rest.allow("parallel_tool_calls", only: [true])
        try chat.rest.end()
        return written.json
    }

    private func toolConfig(_ chat: ChatRequest) throws(RequestRefusal) -> JSONNode? {
        var tools = chat.tools
        var choice = chat.toolChoice
        switch chat.format {
        case nil: break
        case .object:
            throw RequestRefusal(
                field: "response_format.type", "cannot be json_object for this model: ask for a json_schema")
        case .schema(let schema, let name, _):
            guard tools.isEmpty, takesTools else {
                throw RequestRefusal(
                    field: "response_format", "is sent as a tool, which is not possible with other tools")
            }
            tools = [
                ChatTool(
                    name: AnthropicAnswer.schemaTool, description: "Gives the answer (\(name)) to the user.",
                    parameters: schema, isStrict: false, field: "response_format.json_schema")
            ]
            choice = .function(AnthropicAnswer.schemaTool)
        }
        guard !tools.isEmpty, choice != ChatToolChoice.none else { return nil }
        guard takesTools else { throw RequestRefusal(field: "tools", "is not supported by a Converse job") }
        var written: JSONNode = ["tools": .array(try tools.map(Self.spec))]
        written["toolChoice"] = choice.map(Self.choice)
        return written
    }

    private static func spec(_ tool: ChatTool) throws(RequestRefusal) -> JSONNode {
        guard !tool.isStrict else {
            throw RequestRefusal(field: "\(tool.field).function.strict", "is not supported by this model")
        }
        var spec: JSONNode = ["name": .string(tool.name)]
        spec["description"] = tool.description.map { .string($0) }
        spec["inputSchema"] = ["json": tool.parameters ?? ["type": "object", "properties": .object([])]]
        return ["toolSpec": spec]
    }

    private static func choice(_ choice: ChatToolChoice) -> JSONNode {
        switch choice {
        case .none, .auto: ["auto": .object([])]
        case .required: ["any": .object([])]
        case .function(let name): ["tool": ["name": .string(name)]]
        }
    }

    // MARK: - Answers

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        guard let blocks = modelOutput.object("output")?.object("message")?.objects("content") else {
            return BedrockAnswer.asItIs(modelOutput, id: id)
        }
        let uses = blocks.compactMap { $0.object("toolUse") }
        let forced = uses.first { $0.string("name") == AnthropicAnswer.schemaTool }.map(Self.input)
        let texts = blocks.compactMap { $0.string("text") }
        let calls = uses.filter { $0.string("name") != AnthropicAnswer.schemaTool }.map {
            BedrockAnswer.call(
                id: $0.string("toolUseId") ?? "", name: $0.string("name") ?? "", arguments: Self.input($0))
        }
        let thoughts = blocks.compactMap { $0.object("reasoningContent")?.object("reasoningText")?.string("text") }
        let usage = modelOutput.object("usage")
        let reason = BedrockAnswer.finishReason(modelOutput.string("stopReason"))
        return BedrockAnswer.chat(
            id: id, text: forced ?? (texts.isEmpty ? nil : texts.joined()), reasoning: thoughts.joined(), calls: calls,
            finishReason: forced != nil && reason == "tool_calls" ? "stop" : reason,
            usage: BedrockAnswer.usage(input: usage?.count("inputTokens"), output: usage?.count("outputTokens")))
    }

    private static func input(_ use: JSONObject) -> String {
        use.object("input").map { String(decoding: $0.text, as: UTF8.self) } ?? "{}"
    }
}

extension RequestBody {
    /// Ignores the defaults: one answer, without penalties.
    mutating func allowOneAnswer() throws(RequestRefusal) {
        try allow("n", only: [1])
        for penalty in ["presence_penalty", "frequency_penalty"] { try allow(penalty, only: [0, .number("0.0")]) }
    }
}
