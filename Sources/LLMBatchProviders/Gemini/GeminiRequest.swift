import LLMBatchCore

/// Translates a chat completion to the format of `generateContent`.
///
/// Source: Gemini API reference, "GenerateContentRequest". A member without an equivalent is refused by name; one with a
/// default value is ignored.
enum GeminiRequest {
    /// The body as compact, deterministic JSON.
    static func body(of request: OutgoingRequest, schema field: GeminiSchemaField) throws(RequestRefusal) -> [UInt8] {
        try node(of: request, schema: field).json
    }

    static func node(of request: OutgoingRequest, schema field: GeminiSchemaField) throws(RequestRefusal) -> JSONNode {
        var chat = try ChatRequest(request)
        let contents = try GeminiContents(chat.messages)
        var written: JSONNode = ["contents": .array(contents.turns)]
        if !contents.system.isEmpty { written["systemInstruction"] = ["parts": .array(contents.system)] }
        if !chat.tools.isEmpty { written["tools"] = [["functionDeclarations": .array(try declarations(chat.tools))]] }
        written["toolConfig"] = chat.toolChoice.map { ["functionCallingConfig": calling($0)] }
        let settings = try generationConfig(&chat, field)
        if settings != .object([]) { written["generationConfig"] = settings }
        try chat.rest.allow("parallel_tool_calls", only: [true])
        try chat.rest.end()
        return written
    }

    /// Numbers that are only renamed.
    private static let renamed = [
        ("temperature", "temperature"), ("top_p", "topP"), ("n", "candidateCount"),
        ("presence_penalty", "presencePenalty"), ("frequency_penalty", "frequencyPenalty"), ("seed", "seed"),
    ]

    private static func generationConfig(
        _ chat: inout ChatRequest, _ field: GeminiSchemaField
    ) throws(RequestRefusal) -> JSONNode {
        var settings: JSONNode = .object([])
        for (name, theirs) in renamed { settings[theirs] = try chat.rest.number(name) }
        settings["maxOutputTokens"] = chat.maxTokens
        if !chat.stop.isEmpty { settings["stopSequences"] = .array(chat.stop.map { .string($0) }) }
        if chat.format != nil { settings["responseMimeType"] = "application/json" }
        if case .schema(let schema, _, _) = chat.format {
            let (name, written) = try field.written(schema)
            settings[name] = written
        }
        return settings
    }

    private static func declarations(_ tools: [ChatTool]) throws(RequestRefusal) -> [JSONNode] {
        var functions: [JSONNode] = []
        for tool in tools {
            guard !tool.isStrict else {
                throw RequestRefusal(field: "\(tool.field).function.strict", "is not supported by this provider")
            }
            var written: JSONNode = ["name": .string(tool.name)]
            written["description"] = tool.description.map { .string($0) }
            written["parametersJsonSchema"] = tool.parameters
            functions.append(written)
        }
        return functions
    }

    private static func calling(_ choice: ChatToolChoice) -> JSONNode {
        switch choice {
        case .none: ["mode": "NONE"]
        case .auto: ["mode": "AUTO"]
        case .required: ["mode": "ANY"]
        case .function(let name): ["mode": "ANY", "allowedFunctionNames": [.string(name)]]
        }
    }
}
