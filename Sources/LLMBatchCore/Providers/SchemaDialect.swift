/// The dialect of JSON Schema that a service accepts, and its location in a request.
public enum SchemaDialect: String, Sendable, Hashable, Codable, CaseIterable {
    /// The unchanged schema, in `response_format`: llama.cpp, vLLM, Ollama and other OpenAI-compatible services, and
    /// OpenAI without `strict`.
    case plain
    /// OpenAI's strict structured output: `response_format` of `/v1/chat/completions`.
    case openAI = "openai"
    /// OpenAI's strict structured output: `text.format` of `/v1/responses`.
    case openAIResponses = "openai_responses"
    /// Anthropic's structured output: `output_config.format`.
    case anthropic
    /// A forced tool: `tools` and `tool_choice` of Anthropic's Messages, also on Bedrock (InvokeModel) and Vertex AI.
    case anthropicTool = "anthropic_tool"
    /// Gemini's `responseSchema` in `generationConfig`.
    case gemini
    /// A forced tool: `toolConfig` of Bedrock's Converse.
    case bedrockConverse = "bedrock_converse"
}
