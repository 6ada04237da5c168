import Foundation
import LLMBatchCore

/// Maps models to adapters by regular expressions; the last registered match wins.
///
/// A model without a match is sent its request as a chat completion without `model`, and its answer is read as a chat
/// completion.
public struct BedrockAdapters: Sendable {
    private struct Entry: Sendable {
        let pattern: NSRegularExpression
        let adapter: any BedrockModelAdapter
    }

    private var entries: [Entry] = []
    /// The adapter of models without a match.
    private let other: any BedrockModelAdapter = ChatCompletionAdapter()

    /// Contains only the default adapter.
    public init() {}

    /// Registers an adapter for the models whose id or ARN contains a match of the pattern.
    ///
    /// - Throws: `invalidConfiguration` for an invalid regular expression.
    public mutating func register(_ pattern: String, _ adapter: any BedrockModelAdapter) throws {
        guard let expression = try? NSRegularExpression(pattern: pattern) else {
            throw LLMBatchError(.invalidConfiguration, "the pattern \"\(pattern)\" is no regular expression")
        }
        entries.append(Entry(pattern: expression, adapter: adapter))
    }

    /// The adapter of a model.
    public func adapter(for model: String) -> any BedrockModelAdapter { registered(model) ?? other }

    /// Every adapter, including the default.
    var every: [any BedrockModelAdapter] { entries.map(\.adapter) + [other] }

    /// True when no adapter is registered for a model, so that the default is used.
    public func isUnknown(_ model: String) -> Bool { registered(model) == nil }

    private func registered(_ model: String) -> (any BedrockModelAdapter)? {
        let whole = NSRange(model.startIndex..., in: model)
        return entries.last { $0.pattern.firstMatch(in: model, range: whole) != nil }?.adapter
    }
}

extension BedrockAdapters {
    /// Anthropic, Amazon Nova and Titan Text, Meta Llama, Mistral, DeepSeek, Qwen and OpenAI's open models; the embeddings of Amazon Titan
    /// and of Cohere.
    ///
    /// Source: Amazon Bedrock user guide, "Inference request parameters and response fields for foundation models". A model
    /// is identified by its id, an inference profile (the id with a region prefix) or an ARN.
    public static var standard: BedrockAdapters { standard(.usual) }

    static func standard(_ anthropic: AnthropicRequest) -> BedrockAdapters {
        var adapters = BedrockAdapters()
        for (pattern, adapter) in families(anthropic) {
            // A test compiles these patterns.
            try? adapters.register(#"(^|[./])"# + pattern, adapter)
        }
        return adapters
    }

    /// Later entries take precedence.
    static func families(_ anthropic: AnthropicRequest) -> [(pattern: String, adapter: any BedrockModelAdapter)] {
        [
            (#"anthropic\."#, ClaudeAdapter(request: anthropic)),
            (#"amazon\.nova-"#, ConverseAdapter(schemaVersion: nil)),
            (#"amazon\.nova-(micro|lite|pro|premier)-v1"#, ConverseAdapter(schemaVersion: "messages-v1")),
            (#"meta\.llama3"#, LlamaAdapter(form: .llama3)), (#"meta\.llama4"#, LlamaAdapter(form: .llama4)),
            (#"mistral\."#, ChatCompletionAdapter(isMistral: true)),
            (#"mistral\.(mistral-7b|mixtral|mistral-small-2402|mistral-large-2402)"#, MistralPromptAdapter()),
            (#"deepseek\."#, ChatCompletionAdapter()), (#"deepseek\.r1"#, DeepSeekPromptAdapter()),
            (#"qwen\."#, ChatCompletionAdapter()), (#"openai\."#, ChatCompletionAdapter()),
            (#"amazon\.titan-text-"#, TitanTextAdapter()),
            (#"amazon\.titan-embed-(text-v1|g1-text)"#, TitanEmbeddingAdapter(takesDimensions: false)),
            (#"amazon\.titan-embed-text-v2"#, TitanEmbeddingAdapter(takesDimensions: true)),
            (#"cohere\.embed-(english|multilingual)"#, CohereEmbeddingAdapter(takesDimensions: false)),
            (#"cohere\.embed-v4"#, CohereEmbeddingAdapter(takesDimensions: true)),
        ]
    }

    /// An example model of each family, for models whose ARN does not show the family.
    static let examples = [
        "anthropic": "anthropic.claude", "nova": "amazon.nova-", "nova-v1": "amazon.nova-lite-v1",
        "llama3": "meta.llama3", "llama4": "meta.llama4", "mistral": "mistral.large",
        "mistral-prompt": "mistral.mistral-7b", "deepseek": "deepseek.v3", "deepseek-r1": "deepseek.r1",
        "qwen": "qwen.", "openai": "openai.", "titan-text": "amazon.titan-text-express",
        "titan-embed": "amazon.titan-embed-text-v2",
        "titan-embed-v1": "amazon.titan-embed-text-v1", "cohere-embed": "cohere.embed-english",
        "cohere-embed-v4": "cohere.embed-v4",
    ]
}
