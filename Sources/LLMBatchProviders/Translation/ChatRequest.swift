import LLMBatchCore

/// A chat completion in the parts that other services' requests are made of.
///
/// Source: OpenAI API reference, "Create chat completion". What cannot be read is refused by the name of its member, and so
/// is every member that nobody takes out of ``rest`` before its end.
struct ChatRequest {
    /// The turns, in order.
    let messages: [ChatMessage]
    /// The functions that may be called.
    let tools: [ChatTool]
    /// What is asked of them; nil leaves it to the service, and is always nil without tools.
    let toolChoice: ChatToolChoice?
    /// The form of the answer; nil is text.
    let format: ChatFormat?
    /// Texts that end the answer.
    let stop: [String]
    /// How many tokens an answer may have, as it is written.
    let maxTokens: JSONNode?
    /// The members that each service says in its own way.
    var rest: RequestBody

    init(_ request: OutgoingRequest) throws(RequestRefusal) {
        var body = try RequestBody(request)
        _ = body.take("model")
        messages = try ChatMessage.all(body.take("messages"))
        tools = try ChatTool.all(body.take("tools"))
        toolChoice = try ChatToolChoice(body.take("tool_choice"), hasTools: !tools.isEmpty)
        format = try ChatFormat(body.take("response_format"))
        stop = try Self.stop(body.take("stop"))
        maxTokens = try Self.maxTokens(&body)
        try body.allowDefaults()
        rest = body
    }

    private static func stop(_ value: JSONNode?) throws(RequestRefusal) -> [String] {
        switch value {
        case nil: return []
        case .string(let text): return [text]
        case .array(let texts) where texts.allSatisfy({ $0.text != nil }): return texts.compactMap(\.text)
        default: throw RequestRefusal(field: "stop", "must be a text or a list of texts")
        }
    }

    /// The older and the newer name of the same thing.
    private static func maxTokens(_ body: inout RequestBody) throws(RequestRefusal) -> JSONNode? {
        let newer = try body.number("max_completion_tokens")
        let older = try body.number("max_tokens")
        guard newer == nil || older == nil || newer == older else {
            throw RequestRefusal(field: "max_tokens", "must be the same as max_completion_tokens")
        }
        return newer ?? older
    }
}

/// The form that an answer is to have.
enum ChatFormat: Hashable {
    /// Any JSON object.
    case object
    /// JSON of this schema.
    case schema(JSONNode, name: String, isStrict: Bool)

    init?(_ format: JSONNode?) throws(RequestRefusal) {
        switch (format, format?["type"]?.text) {
        case (nil, _), (_, "text"): return nil
        case (_, "json_object"): self = .object
        case (_, "json_schema"):
            let described = format?["json_schema"]
            guard let schema = described?["schema"], schema.members != nil else {
                throw RequestRefusal(field: "response_format.json_schema.schema", "is missing")
            }
            self = .schema(
                schema, name: described?["name"]?.text ?? "answer", isStrict: described?["strict"] == true)
        default: throw RequestRefusal(field: "response_format.type", "is none that this provider knows")
        }
    }
}
