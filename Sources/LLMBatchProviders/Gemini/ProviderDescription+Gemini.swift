import LLMBatchCore

extension ProviderDescription {
    /// Source: Gemini API documentation, "Batch API" and "Rate limits"; API reference, "Files".
    static let gemini = ProviderDescription(
        name: "gemini", title: "Google Gemini API",
        limits: Limits(
            requests: nil, bytes: 2_000_000_000, oneModel: true, endpoints: [.chatCompletions, .embeddings],
            countsRows: true),
        window: 2 * 86_400, retention: 2 * 86_400, keepsAnswersOnExpiry: false, recovery: .token,
        credentials: ["GOOGLE_API_KEY", "GEMINI_API_KEY"],
        options: BatchOptions.descriptions.merging([
            "api-version": "the version in the paths; v1beta",
            "inline": "true sends the requests in the create call instead of a file, 1000 and less than 20 MB a job",
            GeminiSchemaField.option: GeminiSchemaField.description,
            "native": "true sends bodies as they are, in the form of generateContent or of embedContent",
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable("inline", "native"),
        caveats: [
            "A job that is not done after 48 hours expires, and its answers are lost.",
            "Files are kept for 48 hours: results are fetched as soon as a job ends.",
            "A request for an embedding is of one text.",
            "At most 100 jobs at a time; tokens that wait in the queue are limited for each model.",
        ], aliases: ["google"])
}
