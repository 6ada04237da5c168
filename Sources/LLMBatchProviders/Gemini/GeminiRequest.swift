import LLMBatchCore

/// Says a chat completion in the words of `generateContent`.
///
/// Sources: OpenAI API reference, "Create chat completion"; Gemini API reference, "GenerateContentRequest". What cannot be
/// said is refused by the name of its member; members that ask for what happens anyway are passed over.
enum GeminiRequest {
    /// The body as compact JSON: the same request gives the same bytes.
    static func body(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        try node(of: request).json
    }

    static func node(of request: OutgoingRequest) throws(RequestRefusal) -> JSONNode {
        var body = try ChatBody(request)
        _ = body.take("model")
        var written: JSONNode = .object([])
        let contents = try GeminiContents(body.take("messages"))
        written["contents"] = .array(contents.turns)
        if !contents.system.isEmpty { written["systemInstruction"] = ["parts": .array(contents.system)] }
        let tools = try GeminiTools(&body)
        written["tools"] = tools.declarations
        written["toolConfig"] = tools.config
        let settings = try generationConfig(&body)
        if settings != .object([]) { written["generationConfig"] = settings }
        try allowDefaults(&body)
        try body.end()
        return written
    }

    /// Members that go over with another name and the same value.
    private static let renamed = [
        ("temperature", "temperature"), ("top_p", "topP"), ("n", "candidateCount"),
        ("presence_penalty", "presencePenalty"), ("frequency_penalty", "frequencyPenalty"), ("seed", "seed"),
    ]

    private static func generationConfig(_ body: inout ChatBody) throws(RequestRefusal) -> JSONNode {
        var settings: JSONNode = .object([])
        for (name, theirs) in renamed {
            guard let value = body.take(name) else { continue }
            guard case .number = value else { throw RequestRefusal(field: name, "must be a number") }
            settings[theirs] = value
        }
        let longest = [body.take("max_completion_tokens"), body.take("max_tokens")].compactMap { $0 }
        if let first = longest.first {
            guard longest.allSatisfy({ $0 == first }), case .number = first else {
                throw RequestRefusal(field: "max_tokens", "must be a number, and the same as max_completion_tokens")
            }
            settings["maxOutputTokens"] = first
        }
        switch body.take("stop") {
        case nil: break
        case .string(let text): settings["stopSequences"] = [.string(text)]
        case .array(let texts) where texts.allSatisfy({ $0.text != nil }): settings["stopSequences"] = .array(texts)
        default: throw RequestRefusal(field: "stop", "must be a text or a list of texts")
        }
        try addFormat(body.take("response_format"), to: &settings)
        return settings
    }

    private static func addFormat(_ format: JSONNode?, to settings: inout JSONNode) throws(RequestRefusal) {
        guard let format else { return }
        switch format["type"]?.text {
        case "text": return
        case "json_object": settings["responseMimeType"] = "application/json"
        case "json_schema":
            guard let schema = format["json_schema"]?["schema"], schema.members != nil else {
                throw RequestRefusal(field: "response_format.json_schema.schema", "is missing")
            }
            settings["responseMimeType"] = "application/json"
            settings["responseJsonSchema"] = schema
        default: throw RequestRefusal(field: "response_format.type", "is none that this provider knows")
        }
    }

    private static func allowDefaults(_ body: inout ChatBody) throws(RequestRefusal) {
        try body.allow("stream", only: [false])
        try body.allow("store", only: [false])
        try body.allow("logprobs", only: [false])
        try body.allow("parallel_tool_calls", only: [true])
        try body.allow("modalities", only: [["text"]])
        try body.allow("service_tier", only: ["auto", "default"])
        try body.allow("logit_bias", only: [.object([])])
    }
}
