import LLMBatchCore

extension ProviderDescription {
    /// Source: Google Cloud documentation, "Batch inference with Gemini" and "Batch predictions" of Claude.
    static let vertexAI = ProviderDescription(
        name: "vertex-ai", title: "Google Cloud Vertex AI",
        limits: BatchLimits(
            requests: 200_000, bytes: 1_000_000_000, oneModel: true, endpoints: [.chatCompletions, .embeddings],
            // The id is sent as a label value.
            ids: IDRule(.label, longest: 63)),
        window: 4 * 86_400, retention: nil, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .token,
        credentials: ["GOOGLE_APPLICATION_CREDENTIALS"],
        options: BatchOptions.with([
            "api-version": "the version in the paths; v1",
            "bucket": "the location of requests and answers: gs://NAME or gs://NAME/FOLDER",
            "location": "for example us-central1, or global; else GOOGLE_CLOUD_LOCATION",
            "max-tokens": "the max_tokens of requests to Claude that set none; 4096",
            "native":
                "true sends bodies unchanged; they are already in the format of generateContent, embedContent or the Messages API",
            "project": "the id of the project; else GOOGLE_CLOUD_PROJECT, else that of the credentials",
            GeminiSchemaField.option: "for Gemini: \(GeminiSchemaField.description); responseJsonSchema when left out",
            "storage-url": "the address of Cloud Storage; https://storage.googleapis.com",
            "structured-output": "how a JSON schema is sent to Claude: format, or tool",
        ]),
        portableOptions: BatchOptions.portable("max-tokens", "native", "structured-output"),
        caveats: [
            "The bucket should be in the same location as the jobs; requests and answers stay there until you delete them.",
            "A job can be queued for three days and run for one; it then ends with the answers it has.",
            "Claude is limited to 4 concurrent jobs per project, unless you request more.",
            "Embeddings are supported for the gemini-embedding models, one text per request.",
            "An id is sent as a label: custom ids that are not valid labels are replaced and mapped back.",
        ], aliases: ["vertex", "gcp"])
}
