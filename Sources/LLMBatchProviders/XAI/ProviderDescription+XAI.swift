import LLMBatchCore

extension ProviderDescription {
    /// Source: docs.x.ai, "Batch API"; xai-sdk 1.21.0 `sync/batch.py`.
    static let xAI = ProviderDescription(
        name: "xai", title: "xAI",
        limits: BatchLimits(requests: 50_000, bytes: 100_000_000, oneModel: false, endpoints: [.chatCompletions]),
        price: nil, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .token,
        credentials: ["XAI_API_KEY"], options: BatchOptions.descriptions,
        portableOptions: BatchOptions.portable(),
        caveats: [
            "The price is 50% to 80% of that of single calls, depending on the model.",
            "The service documents no limits; these are borrowed from similar services.",
        ], aliases: ["grok"])
}
