import LLMBatchCore

/// Translates a chat completion to Anthropic's Messages format.
///
/// Source: Anthropic API reference, "Messages" and "Structured outputs". A member without an equivalent is refused by name;
/// one with a default value is ignored.
struct AnthropicRequest: Sendable {
    /// How a JSON schema is sent.
    enum SchemaForm: String, CaseIterable {
        /// `output_config.format`.
        case format
        /// A forced tool call, for models without output formats.
        case tool
    }

    /// The default `max_tokens`, which the service requires.
    private let maxTokens: Int
    private let schemaForm: SchemaForm
    /// The API version that requests target.
    private let version: String

    /// Whether images may be given by URL, which other clouds do not support.
    private let takesAddresses: Bool

    private init(maxTokens: Int, schemaForm: SchemaForm) {
        self.maxTokens = maxTokens
        self.schemaForm = schemaForm
        takesAddresses = false
        version = Self.oldVersion
    }

    /// The version that supports every translated member, and the one that other clouds use.
    static let oldVersion = "2023-06-01"
    /// The first version that rejects `temperature` and `top_p`.
    private static let firstWithoutSampling = "2026-10-21"

    /// The defaults: a schema is sent as a tool, which every model supports, and images must be inline.
    static let usual = AnthropicRequest(maxTokens: 4096, schemaForm: .tool)

    /// - Parameters:
    ///   - standard: how a schema is sent by default.
    ///   - version: the `anthropic-version` of the calls.
    ///   - takesAddresses: whether images may be given by URL.
    init(
        _ options: ProviderOptions, standard: SchemaForm = .format, version: String = oldVersion,
        takesAddresses: Bool = true
    ) throws {
        self.version = version
        self.takesAddresses = takesAddresses
        maxTokens = try options.integer("max-tokens") ?? 4096
        schemaForm = try options.word("structured-output") ?? standard
    }

    /// Whether a JSON schema is sent as an output format.
    var asksByFormat: Bool { schemaForm == .format }

    /// The body as compact, deterministic JSON.
    func body(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] { try node(of: request).json }

    func node(of request: OutgoingRequest) throws(RequestRefusal) -> JSONNode {
        guard let model = request.model ?? request.request.model else {
            throw RequestRefusal(field: "model", "is missing")
        }
        var chat = try ChatRequest(request)
        if !takesAddresses { try refuseAddresses(chat.messages) }
        let messages = try AnthropicMessages(chat.messages)
        var written: JSONNode = ["model": .string(model), "max_tokens": try longest(chat)]
        written["system"] = messages.system
        written["messages"] = .array(messages.turns)
        written["temperature"] = try known("temperature", try temperature(&chat))
        written["top_p"] = try known("top_p", try chat.rest.number("top_p"))
        if !chat.stop.isEmpty { written["stop_sequences"] = .array(chat.stop.map { .string($0) }) }
        written["metadata"] = chat.rest.take("user").map { ["user_id": $0] }
        try addTools(&chat, to: &written)
        try addFormat(chat, to: &written)
        try chat.rest.allow("n", only: [1])
        for penalty in ["presence_penalty", "frequency_penalty"] {
            try chat.rest.allow(penalty, only: [0, .number("0.0")])
        }
        try chat.rest.end()
        return written
    }

    /// A zero-token request (used to warm the cache in single calls) is rejected in batches.
    private func longest(_ chat: ChatRequest) throws(RequestRefusal) -> JSONNode {
        let tokens = chat.maxTokens ?? .number(String(maxTokens))
        guard tokens.literal.flatMap(Double.init).map({ $0 >= 1 }) ?? true else {
            throw RequestRefusal(field: "max_tokens", "must be at least 1, as must max_completion_tokens")
        }
        return tokens
    }

    private func refuseAddresses(_ messages: [ChatMessage]) throws(RequestRefusal) {
        for part in messages.flatMap(\.parts) {
            guard case .image(.address) = part.content else { continue }
            throw RequestRefusal(
                field: "\(part.field).image_url.url", "is a web address; this provider requires a data: URL")
        }
    }

    private func known(_ member: String, _ value: JSONNode?) throws(RequestRefusal) -> JSONNode? {
        guard value == nil || version < Self.firstWithoutSampling else {
            throw RequestRefusal(
                field: member,
                "is not supported by version \(version) of this provider: leave it out, or use version \(Self.oldVersion)"
            )
        }
        return value
    }

    private func temperature(_ chat: inout ChatRequest) throws(RequestRefusal) -> JSONNode? {
        guard let value = try chat.rest.number("temperature") else { return nil }
        guard let number = value.literal.flatMap(Double.init), (0...1).contains(number) else {
            throw RequestRefusal(field: "temperature", "must be from 0 to 1 for this provider")
        }
        return value
    }

    private func addTools(_ chat: inout ChatRequest, to written: inout JSONNode) throws(RequestRefusal) {
        let isParallel = try chat.rest.flag("parallel_tool_calls") ?? true
        guard !chat.tools.isEmpty else { return }
        var tools: [JSONNode] = []
        for tool in chat.tools { tools.append(try Self.tool(tool)) }
        written["tools"] = .array(tools)
        var choice = chat.toolChoice.map(Self.choice)
        if !isParallel, chat.toolChoice != ChatToolChoice.none {
            choice = choice ?? ["type": "auto"]
            choice?["disable_parallel_tool_use"] = true
        }
        written["tool_choice"] = choice
    }

    private static func tool(_ tool: ChatTool) throws(RequestRefusal) -> JSONNode {
        let schema = tool.parameters ?? ["type": "object", "properties": .object([])]
        var written: JSONNode = ["name": .string(tool.name)]
        written["description"] = tool.description.map { .string($0) }
        written["input_schema"] = schema
        if tool.isStrict {
            try AnthropicSchema.check(schema, field: "\(tool.field).function.parameters")
            written["strict"] = true
        }
        return written
    }

    private static func choice(_ choice: ChatToolChoice) -> JSONNode {
        switch choice {
        case .none: ["type": "none"]
        case .auto: ["type": "auto"]
        case .required: ["type": "any"]
        case .function(let name): ["type": "tool", "name": .string(name)]
        }
    }

    private func addFormat(_ chat: ChatRequest, to written: inout JSONNode) throws(RequestRefusal) {
        switch (chat.format, schemaForm) {
        case (nil, _): return
        case (.object, _):
            throw RequestRefusal(
                field: "response_format.type", "cannot be json_object for this provider: ask for a json_schema")
        case (.schema(let schema, _, _), .format):
            try AnthropicSchema.check(schema, field: "response_format.json_schema.schema")
            written["output_config"] = ["format": ["type": "json_schema", "schema": schema]]
        case (.schema(let schema, let name, _), .tool):
            guard chat.tools.isEmpty else {
                throw RequestRefusal(
                    field: "response_format", "cannot be sent as a tool together with other tools")
            }
            guard schema["type"]?.text == "object" else {
                throw RequestRefusal(
                    field: "response_format.json_schema.schema", "must be an object when it is sent as a tool")
            }
            written["tools"] = [
                [
                    "name": .string(AnthropicAnswer.schemaTool),
                    "description": .string("Gives the answer (\(name)) to the user."), "input_schema": schema,
                ]
            ]
            written["tool_choice"] = ["type": "tool", "name": .string(AnthropicAnswer.schemaTool)]
        }
    }
}
