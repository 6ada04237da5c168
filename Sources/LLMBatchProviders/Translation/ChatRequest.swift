import LLMBatchCore

/// A chat completion request, split into the parts that other services' formats need.
///
/// Source: OpenAI API reference, "Create chat completion". A member that cannot be read is refused by name, and so is every
/// member still in ``rest`` at the end.
struct ChatRequest {
    /// The turns, in order.
    let messages: [ChatMessage]
    /// The functions that may be called.
    let tools: [ChatTool]
    /// The tool choice; nil leaves it to the service. Always nil without tools.
    let toolChoice: ChatToolChoice?
    /// The format of the answer; nil is text.
    let format: ChatFormat?
    /// The stop sequences.
    let stop: [String]
    /// The maximum number of tokens, as written.
    let maxTokens: JSONNode?
    /// The members that each service translates itself.
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

    /// The older and the newer name of the same limit.
    private static func maxTokens(_ body: inout RequestBody) throws(RequestRefusal) -> JSONNode? {
        let newer = try body.number("max_completion_tokens")
        let older = try body.number("max_tokens")
        guard newer == nil || older == nil || newer == older else {
            throw RequestRefusal(field: "max_tokens", "must be the same as max_completion_tokens")
        }
        return newer ?? older
    }
}

/// The requested format of the answer.
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
        default: throw RequestRefusal(field: "response_format.type", "is not supported by this provider")
        }
    }
}
