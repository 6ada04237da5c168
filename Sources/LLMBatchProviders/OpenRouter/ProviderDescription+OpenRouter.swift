import LLMBatchCore

extension ProviderDescription {
    /// Source: openrouter.ai/docs, "Batch API"; openrouter 1.3.84 `batch.py`, `components/batch*.py`.
    static let openRouter = ProviderDescription(
        name: "openrouter", title: "OpenRouter",
        limits: Limits(
            requests: 5000, bytes: 200_000_000, oneModel: true,
            endpoints: [.chatCompletions, .responses, .embeddings], ids: IDRule(.token, longest: 64, provesJob: true)),
        window: 4 * 86_400, cancels: false, recovery: .results, credentials: ["OPENROUTER_API_KEY"],
        options: BatchOptions.descriptions.merging([
            "only": "the upstream providers that may do the work, separated by commas"
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable("only"),
        caveats: [
            "The model is named by the job: one of the requests, or --model.",
            "A job cannot be cancelled; most are done within 24 hours, some upstream providers take 96.",
        ])
}
