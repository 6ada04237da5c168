import LLMBatchCore

extension ProviderDescription {
    /// Source: Mistral documentation, "Batch processing"; API reference, "Batch" and "Files".
    static let mistral = ProviderDescription(
        name: "mistral", title: "Mistral batch jobs",
        limits: Limits(
            requests: 1_000_000, bytes: 512_000_000, oneModel: true,
            endpoints: [.chatCompletions, .embeddings, .moderations, Endpoint(rawValue: "/v1/fim/completions")]),
        recovery: .token, credentials: ["MISTRAL_API_KEY"],
        options: BatchOptions.descriptions.merging([
            "native": "true sends bodies as they are, in the form of Mistral's own API",
            "timeout-hours": "hours that a job may take, fewer than 168; 24",
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable("native", "timeout-hours"),
        caveats: [
            "A million requests may wait in a workspace.",
            "Whether a job that is cancelled or runs out of time keeps its answers is not documented; what is there is fetched.",
        ], aliases: ["mixtral"])
}
