import Foundation
import LLMBatchCore

/// Which adapter speaks with which model: by regular expressions, of which the last registered that fits wins.
///
/// A model that none fits gets its request as it is, in the form of a chat completion without its `model`, and its answer
/// is taken for a chat completion.
public struct BedrockAdapters: Sendable {
    private struct Entry: Sendable {
        let pattern: NSRegularExpression
        let adapter: any BedrockModelAdapter
    }

    private var entries: [Entry] = []
    /// For what no pattern fits.
    private let other: any BedrockModelAdapter = ChatCompletionAdapter()

    /// Without any but the default.
    public init() {}

    /// Puts an adapter in charge of the models whose id or ARN the pattern finds itself in.
    ///
    /// - Throws: `invalidConfiguration` for what is no regular expression.
    public mutating func register(_ pattern: String, _ adapter: any BedrockModelAdapter) throws {
        guard let expression = try? NSRegularExpression(pattern: pattern) else {
            throw LLMBatchError(.invalidConfiguration, "the pattern \"\(pattern)\" is no regular expression")
        }
        entries.append(Entry(pattern: expression, adapter: adapter))
    }

    /// The adapter in charge of a model.
    public func adapter(for model: String) -> any BedrockModelAdapter { registered(model) ?? other }

    /// Every adapter, the default among them.
    var every: [any BedrockModelAdapter] { entries.map(\.adapter) + [other] }

    /// True when a model gets the default for want of an adapter of its own.
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
    /// is named by its id, with or without the regions of an inference profile before it, or by an ARN.
    public static var standard: BedrockAdapters { standard(.usual) }

    static func standard(_ anthropic: AnthropicRequest) -> BedrockAdapters {
        var adapters = BedrockAdapters()
        for (pattern, adapter) in families(anthropic) {
            // These are patterns of ours, which a test compiles.
            try? adapters.register(#"(^|[./])"# + pattern, adapter)
        }
        return adapters
    }

    /// Later ones win.
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

    /// A model of each family by the family's name, for models whose ARN does not tell it.
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
