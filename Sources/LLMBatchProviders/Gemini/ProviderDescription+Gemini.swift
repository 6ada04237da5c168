import LLMBatchCore

extension ProviderDescription {
    /// Source: Gemini API documentation, "Batch API" and "Rate limits"; API reference, "Files".
    static let gemini = ProviderDescription(
        name: "gemini", title: "Google Gemini API",
        limits: BatchLimits(
            requests: nil, bytes: 2_000_000_000, oneModel: true, endpoints: [.chatCompletions, .embeddings],
            asking: SchemaAsking(.openAI, countsRows: true)),
        window: 2 * 86_400, retention: 2 * 86_400, keepsAnswersOnExpiry: false, recovery: .token,
        credentials: ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        options: BatchOptions.with([
            "api-version": "the version in the paths; v1beta",
            "inline": "true sends the requests inline instead of in a file; at most 1000 requests and 20 MB per job",
            GeminiSchemaField.option: GeminiSchemaField.description,
            "native": "true sends bodies unchanged; they are already in the format of generateContent or embedContent",
        ]),
        portableOptions: BatchOptions.portable("inline", "native"),
        caveats: [
            "A job expires after 48 hours, and its answers are lost.",
            "Files are kept for 48 hours, so results should be collected as soon as a job ends.",
            "An embeddings request has one text.",
            "At most 100 concurrent jobs; queued tokens are limited per model.",
        ], aliases: ["google"])
}
