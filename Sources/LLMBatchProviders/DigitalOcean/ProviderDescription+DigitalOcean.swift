import LLMBatchCore

extension ProviderDescription {
    /// Source: digitalocean/openapi, "Batch Inference"; docs.digitalocean.com, "How to Use Batch Inference"; pydo 0.44.0.
    static let digitalOcean = ProviderDescription(
        name: "digitalocean", title: "DigitalOcean batch inference",
        limits: Limits(
            requests: 50_000, bytes: 200_000_000, oneModel: true, endpoints: [.chatCompletions, .responses],
            ids: IDRule(.token, longest: 64)),
        price: nil, retention: 30 * 86_400, keepsAnswersOnCancel: true, recovery: .idempotent,
        credentials: ["MODEL_ACCESS_KEY", "GRADIENT_MODEL_ACCESS_KEY", "DIGITALOCEAN_TOKEN"],
        options: BatchOptions.descriptions.merging([
            "family": "openai or anthropic: whose models are asked; told by the model's name when left out",
            "max-tokens": "the longest answer of a request to Claude that names none; 4096",
            "native": "true sends the bodies of requests to Claude as they are, in the form of the Messages API",
            "structured-output":
                "how Claude is asked for a JSON schema: format, or tool for models without output formats",
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable("family", "max-tokens", "native", "structured-output"),
        caveats: [
            "Only texts, for models of OpenAI (gpt-…) and of Anthropic (claude-…); a job is passed on to the maker of its model.",
            "The key must allow batch inference, which is switched on for each model access key.",
            "Models of Anthropic take chat completions only.",
            "The price is lower than that of single calls, by a share that is not told.",
            "The lines of result files, and whether answers are kept when a job expires, are not documented.",
        ])
}
