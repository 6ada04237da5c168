import LLMBatchCore

extension ProviderDescription {
    /// Source: Anthropic API reference, "Message Batches"; "Batch processing" and "Rate limits" of its documentation.
    static let anthropic = ProviderDescription(
        name: "anthropic", title: "Anthropic Message Batches",
        limits: Limits(
            requests: 100_000, bytes: 256_000_000, oneModel: false, endpoints: [.chatCompletions],
            ids: IDRule(.token, longest: 64, provesJob: true), schemas: .anthropic),
        retention: 29 * 86_400, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .results,
        credentials: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"],
        options: BatchOptions.descriptions.merging([
            "api-version": "the anthropic-version of every call; 2023-06-01",
            "beta": "names of beta features, with commas between them",
            "max-tokens": "the longest answer of a request that names none; 4096",
            "native": "true sends bodies as they are, in the form of the Messages API",
            "structured-output": "how a JSON schema is asked for: format, or tool for models without output formats",
            "workspace": "the workspace that the jobs belong to; ANTHROPIC_WORKSPACE_ID when left out",
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable("max-tokens", "native", "structured-output"),
        caveats: [
            "Requests are checked while the job runs: a bad one is that request's error, unbilled.",
            "A job carries no name of ours: one whose create call gave no answer is known by its results, once it has ended.",
            "Answers are kept for 29 days from the making of the job.",
        ], aliases: ["claude"])
}
