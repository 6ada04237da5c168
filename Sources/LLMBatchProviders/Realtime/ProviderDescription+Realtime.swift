import LLMBatchCore

extension ProviderDescription {
    /// Any service that answers one request at a time.
    static let realtime = ProviderDescription(
        name: "realtime", title: "Any OpenAI-compatible endpoint, one request at a time", kind: .realtime, limits: nil,
        window: nil, price: 1, recovery: .notNeeded, credentials: ["OPENAI_API_KEY"],
        options: [
            "concurrency": "requests on their way at once", "requests-per-minute": "calls begun in a minute, at most",
            "tokens-per-minute": "tokens a minute, at most", "max-tries": "calls for one request, the first included",
            "backoff": "seconds before the second call for a request; doubles from there",
            "timeout": "seconds on which nothing may move",
        ].merging(OpenAIIdentity.options) { own, _ in own }.merging(SchemaOptions.descriptions) { own, _ in own },
        portableOptions: ["backoff", "max-tries", "timeout", "schema-form", "structured-output"])
}
