public import LLMBatchCore

extension OutputSchema {
    /// The members of a request's body that ask for this schema, as the text of one JSON object.
    ///
    /// Sources: the API references of OpenAI (chat completions, responses), Anthropic (messages), Gemini
    /// (`generateContent`) and Amazon Bedrock (Converse).
    ///
    /// - Parameters:
    ///   - name: The name of the schema or tool: up to 64 letters, digits, `_` and `-`.
    ///   - description: Its purpose, for the services that accept one.
    /// - Throws: ``LLMBatchError`` as ``form(_:)`` does, and for a name that services reject.
    public func requestMembers(
        _ dialect: SchemaDialect, name: String = "output", description: String? = nil
    ) throws(LLMBatchError) -> [UInt8] {
        try format(dialect, name, description).json
    }

    /// The `response_format` of a chat request with the schema in any service's dialect, for a provider that moves it
    /// to where the service expects it.
    package func responseFormat(_ dialect: SchemaDialect, name: String) throws(LLMBatchError) -> [UInt8] {
        var named: JSONNode = ["name": .string(name)]
        if dialect != .plain { named["strict"] = true }
        named["schema"] = try node(in: dialect)
        return (["type": "json_schema", "json_schema": named] as JSONNode).json
    }

    /// A request's body with the members that ask for this schema; every other byte is kept.
    ///
    /// - Throws: ``LLMBatchError`` as ``requestMembers(_:name:description:)`` does, and when the body is not a JSON
    ///   object or already asks for a format.
    public func added(
        to body: [UInt8], _ dialect: SchemaDialect, name: String = "output", description: String? = nil
    ) throws(LLMBatchError) -> [UInt8] {
        var body = body
        for member in try format(dialect, name, description).members ?? [] {
            let object: JSONObject
            do { object = try JSONObject(body) } catch {
                throw .schema("the request's body is not a JSON object: \(error)")
            }
            var value = member.value
            if let old = object.raw(member.key) {
                guard let merged = (try? JSONNode(Array(old))).flatMap({ Self.merged($0, value) }) else {
                    throw .schema(
                        "the request's body already has \(member.key)", remedy: "Leave it out: the schema replaces it")
                }
                value = merged
            }
            body = object.replacing(member.key, with: value.json)
        }
        return body
    }

    /// The members of both; nil when both have the same one.
    private static func merged(_ one: JSONNode, _ other: JSONNode) -> JSONNode? {
        guard var whole = one.members == nil ? nil : one, let members = other.members,
            !members.contains(where: { one[$0.key] != nil })
        else { return nil }
        for member in members { whole[member.key] = member.value }
        return whole
    }

    private func format(
        _ dialect: SchemaDialect, _ name: String, _ description: String?
    ) throws(LLMBatchError) -> JSONNode {
        guard (1...64).contains(name.utf8.count),
            name.utf8.allSatisfy({ $0.isLetter || $0.isDigit || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "-") })
        else {
            throw .schema("the schema's name \(name) is invalid", remedy: "Use up to 64 letters, digits, _ and -")
        }
        let schema = try node(in: dialect)
        var named: JSONNode = ["name": .string(name)]
        if let description { named["description"] = .string(description) }
        switch dialect {
        case .plain, .openAI:
            if dialect == .openAI { named["strict"] = true }
            named["schema"] = schema
            return ["response_format": ["type": "json_schema", "json_schema": named]]
        case .openAIResponses:
            var format: JSONNode = ["type": "json_schema"]
            for member in named.members ?? [] { format[member.key] = member.value }
            format["strict"] = true
            format["schema"] = schema
            return ["text": ["format": format]]
        case .anthropic:
            return ["output_config": ["format": ["type": "json_schema", "schema": schema]]]
        case .anthropicTool:
            named["input_schema"] = schema
            return ["tools": [named], "tool_choice": ["type": "tool", "name": .string(name)]]
        case .gemini:
            return ["generationConfig": ["responseMimeType": "application/json", "responseSchema": schema]]
        case .bedrockConverse:
            named["inputSchema"] = ["json": schema]
            return [
                "toolConfig": [
                    "tools": [["toolSpec": named]], "toolChoice": ["tool": ["name": .string(name)]],
                ]
            ]
        }
    }
}
