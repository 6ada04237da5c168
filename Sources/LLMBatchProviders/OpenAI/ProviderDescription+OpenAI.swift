import LLMBatchCore

extension ProviderDescription {
    /// Source: OpenAI Batch API guide and reference, "Rate limits" and "Batch".
    static let openAI = ProviderDescription(
        name: "openai", title: "OpenAI, and services that implement its Batch API",
        limits: BatchLimits(
            requests: 50_000, bytes: 200_000_000, inputs: 50_000, oneModel: true, endpoints: Endpoint.known),
        retention: 30 * 86_400, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .token,
        credentials: ["OPENAI_API_KEY"],
        options: BatchOptions.descriptions.merging(OpenAIIdentity.options) { own, _ in own }
            .merging(SchemaOptions.descriptions) { own, _ in own }.merging([
                "expires-after": "seconds after which the service deletes the files, 3600 to 2592000"
            ]) { own, _ in own },
        portableOptions: BatchOptions.portable("expires-after", "schema-form", "structured-output"),
        caveats: [
            "Queued tokens are limited per model; a job beyond the limit is submitted again later."
        ], aliases: ["chatgpt", "gpt"])
}
