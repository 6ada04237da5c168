import LLMBatchCore

/// Anthropic's models: the Messages API without `model`, and with Bedrock's own version.
///
/// Source: Amazon Bedrock user guide, "Anthropic Claude Messages API".
struct ClaudeAdapter: BedrockModelAdapter {
    let request: AnthropicRequest

    static let version = "bedrock-2023-05-31"

    /// The schema dialect if it differs from OpenAI's: a tool's schema can express more than an output format's.
    var schemas: SchemaDialect? { request.asksByFormat ? .anthropic : nil }

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let said = try self.request.node(of: request)
        var written: JSONNode = ["anthropic_version": .string(Self.version)]
        for member in said.members ?? [] where member.key != "model" { written[member.key] = member.value }
        return written.json
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer { AnthropicAnswer.read(modelOutput, id: id) }
}
