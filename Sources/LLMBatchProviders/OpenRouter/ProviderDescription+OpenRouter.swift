import LLMBatchCore

extension ProviderDescription {
    /// Source: openrouter.ai/docs, "Batch API"; openrouter 1.3.84 `batch.py`, `components/batch*.py`.
    static let openRouter = ProviderDescription(
        name: "openrouter", title: "OpenRouter",
        limits: BatchLimits(
            requests: 5000, bytes: 200_000_000, oneModel: true,
            endpoints: [.chatCompletions, .responses, .embeddings],
            ids: IDRule(.token, longest: 64, usesGeneratedIDs: true)),
        window: 4 * 86_400, cancels: false, recovery: .results, credentials: ["OPENROUTER_API_KEY"],
        options: BatchOptions.with([
            "only": "the allowed upstream providers, separated by commas"
        ]),
        portableOptions: BatchOptions.portable("only"),
        caveats: [
            "A job has one model, from its requests or from the settings.",
            "A job cannot be cancelled; most complete within 24 hours, but some upstream providers take 96.",
        ])
}
