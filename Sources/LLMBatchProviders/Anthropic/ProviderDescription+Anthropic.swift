import LLMBatchCore

extension ProviderDescription {
    /// Source: Anthropic API reference, "Message Batches"; "Batch processing" and "Rate limits" of its documentation.
    static let anthropic = ProviderDescription(
        name: "anthropic", title: "Anthropic Message Batches",
        limits: BatchLimits(
            requests: 100_000, bytes: 256_000_000, oneModel: false, endpoints: [.chatCompletions],
            ids: IDRule(.token, longest: 64, usesGeneratedIDs: true),
            asking: SchemaAsking(.anthropic)),
        retention: 29 * 86_400, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .results,
        credentials: ["ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"],
        options: BatchOptions.with([
            "api-version": "the anthropic-version of every call; 2023-06-01",
            "beta": "names of beta features, separated by commas",
            "max-tokens": "the max_tokens of requests that set none; 4096",
            "native": "true sends bodies unchanged; they are already in the format of the Messages API",
            "structured-output": "how a JSON schema is sent: format, or tool for models without output formats",
            "workspace": "the workspace of the jobs; ANTHROPIC_WORKSPACE_ID by default",
        ]),
        portableOptions: BatchOptions.portable("max-tokens", "native", "structured-output"),
        caveats: [
            "Requests are validated while the job runs: an invalid one fails alone and is not billed.",
            "Jobs carry no token: after a create call without an answer, a job is identified by its results once it has ended.",
            "Answers are kept for 29 days after the job was created.",
        ], aliases: ["claude"])
}
