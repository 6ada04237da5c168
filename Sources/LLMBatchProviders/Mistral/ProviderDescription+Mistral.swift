import LLMBatchCore

extension ProviderDescription {
    /// Source: Mistral documentation, "Batch processing"; API reference, "Batch" and "Files".
    static let mistral = ProviderDescription(
        name: "mistral", title: "Mistral batch jobs",
        limits: BatchLimits(
            requests: 1_000_000, bytes: 512_000_000, oneModel: true,
            endpoints: [.chatCompletions, .embeddings, .moderations, Endpoint(rawValue: "/v1/fim/completions")]),
        recovery: .token, credentials: ["MISTRAL_API_KEY"],
        options: BatchOptions.with([
            "native": "true sends bodies unchanged; they are already in Mistral's own format",
            "timeout-hours": "the time limit of a job in hours, less than 168; 24",
        ]),
        portableOptions: BatchOptions.portable("native", "timeout-hours"),
        caveats: [
            "At most a million queued requests per workspace.",
            "Whether a cancelled or expired job keeps its answers is not documented; any that exist are collected.",
        ], aliases: ["mixtral"])
}
