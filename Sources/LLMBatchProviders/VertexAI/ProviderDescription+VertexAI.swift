import LLMBatchCore

extension ProviderDescription {
    /// Source: Google Cloud documentation, "Batch inference with Gemini" and "Batch predictions" of Claude.
    static let vertexAI = ProviderDescription(
        name: "vertex-ai", title: "Google Cloud Vertex AI",
        limits: Limits(
            requests: 200_000, bytes: 1_000_000_000, oneModel: true, endpoints: [.chatCompletions, .embeddings],
            // The id is a label's value.
            ids: IDRule(.label, longest: 63)),
        window: 4 * 86_400, retention: nil, keepsAnswersOnCancel: true, keepsAnswersOnExpiry: true, recovery: .token,
        credentials: ["GOOGLE_APPLICATION_CREDENTIALS"],
        options: BatchOptions.descriptions.merging([
            "api-version": "the version in the paths; v1",
            "bucket": "where requests and answers lie: gs://NAME or gs://NAME/FOLDER",
            "location": "for example us-central1, or global; else GOOGLE_CLOUD_LOCATION",
            "max-tokens": "the longest answer of a request to Claude that names none; 4096",
            "native": "true sends bodies as they are, in the form of generateContent, embedContent or the Messages API",
            "project": "the id of the project; else GOOGLE_CLOUD_PROJECT, else that of the credentials",
            GeminiSchemaField.option: "for Gemini: \(GeminiSchemaField.description); responseJsonSchema when left out",
            "storage-url": "the address of Cloud Storage; https://storage.googleapis.com",
            "structured-output": "how Claude is asked for a JSON schema: format, or tool",
        ]) { own, _ in own },
        portableOptions: BatchOptions.portable("max-tokens", "native", "structured-output"),
        caveats: [
            "The bucket should be in the location of the jobs; requests and answers stay there until you delete them.",
            "A job may wait for three days and run for one; then it ends with the answers it has.",
            "Jobs of Claude are limited in number: 4 at a time in a project, unless more are granted.",
            "Embeddings are taken for the gemini-embedding models, one text a request.",
            "An id travels as a label: custom ids that cannot be one are sent as ids of ours and mapped back.",
        ], aliases: ["vertex", "gcp"])
}
