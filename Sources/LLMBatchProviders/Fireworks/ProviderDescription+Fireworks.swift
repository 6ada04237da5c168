import LLMBatchCore

extension ProviderDescription {
    /// Source: fireworks-ai 1.2.30 `resources/datasets.py`, `resources/batch_inference_jobs.py`; docs.fireworks.ai.
    static let fireworks = ProviderDescription(
        name: "fireworks", title: "Fireworks AI",
        limits: Limits(requests: nil, bytes: 150_000_000, oneModel: true, endpoints: [.chatCompletions]),
        keepsAnswersOnExpiry: true, cancels: false, recovery: .token, credentials: ["FIREWORKS_API_KEY"],
        options: BatchOptions.descriptions.merging([
            "account": "the account that the jobs belong to; FIREWORKS_ACCOUNT_ID when left out"
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable(),
        caveats: [
            "The model is named by the job: accounts/fireworks/models/NAME, of the requests or as --model.",
            "A job cannot be cancelled; deleting it would lose what it has answered.",
            "An input of more than 150 MB becomes several jobs.",
        ])
}
