import LLMBatchCore

extension ProviderDescription {
    /// The provider without a model.
    static let offline = ProviderDescription(
        name: "offline", title: "No model: echoes, for trying things without a key", kind: .realtime, limits: nil,
        window: nil, price: 0, recovery: .notNeeded, credentials: [],
        options: [
            "fail-share": "share of the requests that fail, 0 to 1", "seed": "which ones fail",
            "latency-ms": "milliseconds before each answer", "concurrency": "requests on their way at once",
        ], portableOptions: ["fail-share", "latency-ms", "seed"])
}
