/// The form in which a service takes a schema, and where in a request it stands.
public enum SchemaDialect: String, Sendable, Hashable, Codable, CaseIterable {
    /// As it is, in `response_format`: llama.cpp, vLLM, Ollama and other OpenAI-compatible services; OpenAI without `strict`.
    case plain
    /// OpenAI's strict structured output, `response_format` of `/v1/chat/completions`.
    case openAI = "openai"
    /// OpenAI's strict structured output, `text.format` of `/v1/responses`.
    case openAIResponses = "openai_responses"
    /// Anthropic's structured output, `output_config.format`.
    case anthropic
    /// A forced tool, `tools` and `tool_choice` of Anthropic's Messages, also on Bedrock (InvokeModel) and Vertex AI.
    case anthropicTool = "anthropic_tool"
    /// Gemini's `responseSchema` in `generationConfig`.
    case gemini
    /// A forced tool in `toolConfig` of Bedrock's Converse.
    case bedrockConverse = "bedrock_converse"
}
