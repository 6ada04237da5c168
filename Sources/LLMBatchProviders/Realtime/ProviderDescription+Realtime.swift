import LLMBatchCore

extension ProviderDescription {
    /// Any service that answers one request at a time.
    static let realtime = ProviderDescription(
        name: "realtime", title: "Any OpenAI-compatible endpoint, one request at a time", kind: .realtime, limits: nil,
        window: nil, price: 1, recovery: .notNeeded, credentials: ["OPENAI_API_KEY"],
        options: [
            "concurrency": "maximum concurrent requests", "requests-per-minute": "maximum calls per minute",
            "tokens-per-minute": "maximum tokens per minute",
            "max-tries": "maximum tries per request, including the first",
            "backoff": "seconds before the second call for a request; doubles from there",
            "timeout": "idle time limit of a connection, in seconds",
        ].merging(OpenAIIdentity.options) { own, _ in own }.merging(SchemaOptions.descriptions) { own, _ in own },
        portableOptions: ["backoff", "max-tries", "timeout", "schema-form", "structured-output"])
}
