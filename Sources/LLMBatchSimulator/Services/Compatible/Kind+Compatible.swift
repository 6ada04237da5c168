import Foundation
import LLMBatchCore

extension ProviderSimulator.Kind {
    /// OpenAI itself.
    public static let openAI = speaking(.openAI, "openai")

    /// Azure OpenAI, on both of its surfaces.
    ///
    /// Source: Microsoft Foundry REST reference and guide; openai 3.52.0 `lib/azure.py`.
    public static let azureOpenAI = speaking(.azure, "azure-openai", root: "")

    /// Groq. Source: groq 1.7.0, which works with it unchanged.
    public static let groq = speaking(.groq, "groq")

    /// Together. Source: together 3.1.1, which works with it unchanged.
    public static let together = speaking(.together, "together")

    /// Perplexity. Source: docs.perplexity.ai, "Create batch"; perplexityai 0.46.1.
    public static let perplexity = speaking(
        WireDialect(
            endpoints: ["/v1/responses"],
            createMembers: ["input_file_id", "endpoint", "completion_window", "metadata"],
            isIdempotent: true), "perplexity")

    /// Alibaba DashScope. Source: Model Studio documentation, "OpenAI compatible - batch".
    public static let dashScope = speaking(
        WireDialect(
            root: "/compatible-mode/v1", endpoints: ["/v1/chat/completions", "/v1/embeddings", "/v1/chat/ds-test"],
            createMembers: ["input_file_id", "endpoint", "completion_window"], windows: ["24h", "48h", "336h", "14d"]),
        "dashscope")

    /// Novita. Source: novita.ai/docs/guides/llm-batch-api.
    public static let novita = speaking(.novita, "novita")

    /// SiliconFlow. Source: docs.siliconflow.cn, "Batch". It wraps the file object of an upload.
    public static let siliconFlow = speaking(
        WireDialect(
            endpoints: ["/v1/chat/completions"], createMembers: ["input_file_id", "endpoint", "completion_window"],
            mostLines: 5000, wrapsUpload: true), "siliconflow")

    /// DeepInfra. Source: docs.deepinfra.com/api-reference/create-openai-batch.
    public static let deepInfra = speaking(
        WireDialect(
            root: "/v1/openai", endpoints: ["/v1/chat/completions", "/v1/completions"],
            createMembers: ["input_file_id", "endpoint", "completion_window"]), "deepinfra")

    /// Zhipu. Source: open platform documentation, "Batch API".
    public static let zhipu = speaking(
        WireDialect(
            root: "/api/paas/v4", endpoints: ["/v4/chat/completions"],
            createMembers: ["input_file_id", "endpoint", "completion_window", "auto_delete_input_file"]), "zhipu")

    /// Morph, which gives the reason for every request that was not processed. Source: docs.morphllm.com, "Batch".
    public static let morph = speaking(
        WireDialect(
            endpoints: ["/v1/chat/completions"],
            createMembers: ["input_file_id", "endpoint", "completion_window", "metadata"], reportsCancelled: true),
        "morph")

    /// Nebius Token Factory. Source: docs.tokenfactory.nebius.com, "Batch inference"; docs.studio.nebius.com, "Batch".
    public static let nebius = speaking(.nebius, "nebius")

    private static func speaking(_ dialect: WireDialect, _ name: String, root: String? = nil) -> Self {
        Self(name: name, root: root ?? dialect.root) { OpenAIService($0, dialect) }
    }
}
