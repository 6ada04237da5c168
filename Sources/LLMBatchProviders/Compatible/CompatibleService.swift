import Foundation
public import LLMBatchCore

/// A service that implements OpenAI's Files and Batches API; see docs/providers.md for each.
///
/// This table holds all their differences; one provider, `OpenAIBatchProvider`, serves them all.
public struct CompatibleService: Sendable {
    /// Its description, as shown by `llmbatch providers`.
    public let description: ProviderDescription
    /// The default address.
    let baseURL: String
    /// The environment variable that overrides the address, as in the service's own client, and the suffix to append.
    var baseURLVariable: (name: String, suffix: String)?
    let dialect: OpenAIDialect

    /// All of them, by their names on the command line.
    public static let all: [CompatibleService] = [
        .groq, .together, .perplexity, .dashScope, .novita, .siliconFlow, .deepInfra, .zhipu, .morph, .nebius,
    ]

    private static func options(_ more: [String: String] = [:]) -> [String: String] {
        BatchOptions.descriptions.merging(SchemaOptions.descriptions) { own, _ in own }.merging(more) { _, own in own }
    }

    private static let window = ["completion-window": "the completion window in the service's format: 24h … 7d"]

    /// Source: groq 1.7.0 `resources/batches.py`, `types/batch_*`; console.groq.com/docs/batch.
    public static let groq = CompatibleService(
        description: ProviderDescription(
            name: "groq", title: "Groq",
            limits: .init(requests: 50_000, bytes: 100_000_000, oneModel: true, endpoints: [.chatCompletions]),
            keepsAnswersOnCancel: nil, recovery: .token, credentials: ["GROQ_API_KEY"], options: options(window),
            caveats: ["The window can be up to seven days: set the option completion-window=7d."]),
        baseURL: "https://api.groq.com/openai/v1", baseURLVariable: ("GROQ_BASE_URL", "/openai/v1"),
        dialect: OpenAIDialect(page: nil))

    /// Source: together 3.1.1 `types/batch_job.py`, `lib/resources/files.py`; docs.together.ai/docs/inference/batch.
    ///
    /// The service deduplicates files by content, so a retry would share the input of an earlier job: generated ids make
    /// every input unique.
    public static let together = CompatibleService(
        description: ProviderDescription(
            name: "together", title: "Together AI",
            limits: .init(
                requests: 50_000, bytes: 100_000_000, oneModel: true, endpoints: [.chatCompletions],
                ids: IDRule(.token, longest: 64, usesGeneratedIDs: true)),
            recovery: .input, credentials: ["TOGETHER_API_KEY"], options: options(),
            caveats: ["The window of 24 hours is a goal; queued tokens are limited per model."]),
        baseURL: "https://api.together.ai/v1", baseURLVariable: ("TOGETHER_BASE_URL", "/v1"),
        dialect: OpenAIDialect(
            upload: .signed, purpose: "batch-api",
            fileState: .init(
                member: "processing_status", waiting: ["pending", "queued", "running"],
                refused: ["failed", "invalid_format"]),
            line: .bare, keepsMetadata: false, wrapper: "job", page: nil, handsOver: true))

    /// Source: docs.perplexity.ai/api-reference/batches-create-post; perplexityai 0.46.1 `generated/api.py`.
    public static let perplexity = CompatibleService(
        description: ProviderDescription(
            name: "perplexity", title: "Perplexity",
            limits: .init(requests: 50_000, bytes: 200_000_000, oneModel: true, endpoints: [.responses]),
            price: nil, retention: 30 * 86_400, recovery: .idempotent, credentials: ["PERPLEXITY_API_KEY"],
            options: options(), caveats: ["The lines are validated when the file is uploaded."]),
        baseURL: "https://api.perplexity.ai/v1", baseURLVariable: ("PERPLEXITY_BASE_URL", "/v1"),
        dialect: OpenAIDialect(idempotencyHeader: "Idempotency-Key"))

    /// Source: alibabacloud.com/help, Model Studio, "OpenAI compatible - batch".
    public static let dashScope = CompatibleService(
        description: ProviderDescription(
            name: "dashscope", title: "Alibaba Cloud Model Studio (DashScope)",
            limits: .init(
                requests: 50_000, bytes: 100_000_000, oneModel: true, endpoints: [.chatCompletions, .embeddings]),
            keepsAnswersOnCancel: true, recovery: .input, credentials: ["DASHSCOPE_API_KEY"],
            options: options(["completion-window": "the completion window: 24h or longer"]),
            caveats: [
                "The default address is that of mainland China; for the international one set the base URL "
                    + "https://dashscope-intl.aliyuncs.com/compatible-mode/v1."
            ]),
        baseURL: "https://dashscope.aliyuncs.com/compatible-mode/v1", dialect: OpenAIDialect(keepsMetadata: false))

    /// Source: novita.ai/docs/guides/llm-batch-api and its API reference.
    public static let novita = CompatibleService(
        description: ProviderDescription(
            name: "novita", title: "Novita AI",
            limits: .init(
                requests: 50_000, bytes: 100_000_000, oneModel: true, endpoints: [.chatCompletions, .completions]),
            retention: 15 * 86_400, recovery: .input, credentials: ["NOVITA_API_KEY"], options: options(),
            caveats: ["The service documents no limits; these are borrowed from similar services."]),
        baseURL: "https://api.novita.ai/openai/v1", dialect: OpenAIDialect(line: .bare, keepsMetadata: false))

    /// Source: docs.siliconflow.cn/cn/userguide/guides/batch.
    public static let siliconFlow = CompatibleService(
        description: ProviderDescription(
            name: "siliconflow", title: "SiliconFlow",
            limits: .init(requests: 5000, bytes: 1_000_000_000, oneModel: true, endpoints: [.chatCompletions]),
            retention: 30 * 86_400, recovery: .input, credentials: ["SILICONFLOW_API_KEY"], options: options()),
        baseURL: "https://api.siliconflow.cn/v1", dialect: OpenAIDialect(keepsMetadata: false))

    /// Source: docs.deepinfra.com/api-reference/create-openai-batch.
    public static let deepInfra = CompatibleService(
        description: ProviderDescription(
            name: "deepinfra", title: "DeepInfra",
            limits: .init(
                requests: 50_000, bytes: 100_000_000, oneModel: true, endpoints: [.chatCompletions, .completions]),
            price: nil, recovery: .input, credentials: ["DEEPINFRA_API_KEY", "DEEPINFRA_TOKEN"], options: options(),
            caveats: ["The service documents no limits; these are borrowed from similar services."]),
        baseURL: "https://api.deepinfra.com/v1/openai", dialect: OpenAIDialect(keepsMetadata: false))

    /// Source: Zhipu open platform, batch documentation. Endpoints begin with `/v4`.
    public static let zhipu = CompatibleService(
        description: ProviderDescription(
            name: "zhipu", title: "Zhipu AI (BigModel)",
            limits: .init(requests: 50_000, bytes: 100_000_000, oneModel: true, endpoints: [.chatCompletions]),
            recovery: .input, credentials: ["ZHIPUAI_API_KEY", "ZAI_API_KEY"], options: options(),
            caveats: ["The service's limits could not be confirmed; these are borrowed from similar services."]
        ),
        baseURL: "https://open.bigmodel.cn/api/paas/v4", dialect: OpenAIDialect(root: "/v4", keepsMetadata: false))

    /// Source: docs.morphllm.com/sdk/components/batch.
    public static let morph = CompatibleService(
        description: ProviderDescription(
            name: "morph", title: "Morph",
            limits: .init(requests: 50_000, bytes: 200_000_000, oneModel: true, endpoints: [.chatCompletions]),
            price: nil, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .token,
            credentials: ["MORPH_API_KEY"], options: options()),
        baseURL: "https://api.morphllm.com/v1", dialect: OpenAIDialect())

    /// Source: docs.tokenfactory.nebius.com, "Batch inference"; docs.studio.nebius.com/api-reference, "Batch".
    public static let nebius = CompatibleService(
        description: ProviderDescription(
            name: "nebius", title: "Nebius Token Factory",
            limits: .init(
                requests: 5_000_000, bytes: 10_000_000_000, oneModel: true,
                endpoints: [.chatCompletions, .embeddings]),
            recovery: .token, credentials: ["NEBIUS_API_KEY"], options: options(),
            caveats: [
                "At most 500 batches.",
                "For the older name, AI Studio, set the base URL https://api.studio.nebius.com/v1.",
                "Whether answers are kept when a job is cancelled or expires, and for how long, is not documented.",
            ]),
        baseURL: "https://api.tokenfactory.nebius.com/v1", dialect: OpenAIDialect())
}
