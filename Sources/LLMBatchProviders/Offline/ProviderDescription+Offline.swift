import LLMBatchCore

extension ProviderDescription {
    /// A provider without a model.
    static let offline = ProviderDescription(
        name: "offline", title: "No model: echoes requests, for testing without a key", kind: .realtime, limits: nil,
        window: nil, price: 0, recovery: .notNeeded, credentials: [],
        options: [
            "fail-share": "share of requests that fail, 0 to 1", "seed": "selects the requests that fail",
            "latency-ms": "milliseconds before each answer", "concurrency": "maximum concurrent requests",
        ], portableOptions: ["fail-share", "latency-ms", "seed"])
}
