import LLMBatchCore

extension ProviderDescription {
    /// Source: fireworks-ai 1.2.30 `resources/datasets.py`, `resources/batch_inference_jobs.py`; docs.fireworks.ai.
    static let fireworks = ProviderDescription(
        name: "fireworks", title: "Fireworks AI",
        limits: BatchLimits(requests: nil, bytes: 150_000_000, oneModel: true, endpoints: [.chatCompletions]),
        keepsAnswersOnExpiry: true, cancels: false, recovery: .token, credentials: ["FIREWORKS_API_KEY"],
        options: BatchOptions.with([
            "account": "the account of the jobs; FIREWORKS_ACCOUNT_ID by default"
        ]),
        portableOptions: BatchOptions.portable(),
        caveats: [
            "A job has one model, accounts/fireworks/models/NAME, from its requests or from the settings.",
            "A job cannot be cancelled; deleting it would lose its answers.",
            "An input of more than 150 MB is split into several jobs.",
        ])
}
