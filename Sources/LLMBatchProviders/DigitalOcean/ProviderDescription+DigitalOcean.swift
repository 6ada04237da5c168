import LLMBatchCore

extension ProviderDescription {
    /// Source: digitalocean/openapi, "Batch Inference"; docs.digitalocean.com, "How to Use Batch Inference"; pydo 0.44.0.
    static let digitalOcean = ProviderDescription(
        name: "digitalocean", title: "DigitalOcean batch inference",
        limits: BatchLimits(
            requests: 50_000, bytes: 200_000_000, oneModel: true, endpoints: [.chatCompletions, .responses],
            ids: IDRule(.token, longest: 64)),
        price: nil, retention: 30 * 86_400, keepsAnswersOnCancel: true, recovery: .idempotent,
        credentials: ["MODEL_ACCESS_KEY", "GRADIENT_MODEL_ACCESS_KEY", "DIGITALOCEAN_TOKEN"],
        options: BatchOptions.with([
            "family": "openai or anthropic: the vendor of the model; inferred from the model's name by default",
            "max-tokens": "the max_tokens of requests to Claude that set none; 4096",
            "native":
                "true sends the bodies of requests to Claude unchanged; they are already in the format of the Messages API",
            "structured-output":
                "how a JSON schema is sent to Claude: format, or tool for models without output formats",
        ]),
        portableOptions: BatchOptions.portable("family", "max-tokens", "native", "structured-output"),
        caveats: [
            "Text only, for models of OpenAI (gpt-…) and Anthropic (claude-…); the vendor of the model runs the job.",
            "The key must allow batch inference, which is enabled per model access key.",
            "Anthropic models support chat completions only.",
            "The price is lower than that of single calls; the discount is not documented.",
            "The format of result files, and whether answers are kept when a job expires, is not documented.",
        ])
}
