import LLMBatchCore

/// Translates an embeddings request to the format of `embedContent`, and its answer back to OpenAI's.
///
/// Sources: Gemini API reference, "Embeddings" (`EmbedContentRequest`, `EmbedContentResponse`); the google-genai client for
/// their form in a batch. A request has one text.
enum GeminiEmbedding {
    /// The body as compact, deterministic JSON.
    static func body(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var embedding = try EmbeddingRequest(request)
        var written: JSONNode = ["content": ["parts": [["text": .string(try embedding.onlyText())]]]]
        written["outputDimensionality"] = embedding.dimensions
        // Google's own members, under the names that its clients use.
        written["taskType"] = embedding.rest.take("task_type")
        written["title"] = embedding.rest.take("title")
        try embedding.rest.end()
        return written.json
    }

    /// The body of a Vertex AI row, which has the vector's settings in a separate member. Only the first model accepts the
    /// purpose of the vector there.
    ///
    /// Sources: Google Cloud documentation, "Get batch embeddings inferences"; discovery document of `aiplatform` v1,
    /// `GoogleCloudAiplatformV1EmbedContentRequest` and `…Response`.
    static func body(of request: OutgoingRequest, forVertex model: VertexModel) throws(RequestRefusal) -> [UInt8] {
        var embedding = try EmbeddingRequest(request)
        var written: JSONNode = ["content": ["parts": [["text": .string(try embedding.onlyText())]]]]
        var config: JSONNode = .object([])
        config["output_dimensionality"] = embedding.dimensions
        if model.name == "gemini-embedding-001" {
            config["task_type"] = embedding.rest.take("task_type")
            config["title"] = embedding.rest.take("title")
        }
        if config != .object([]) { written["embed_content_config"] = config }
        try embedding.rest.end()
        return written.json
    }

    /// The answer; one without a vector is left unchanged, for the validator of answers.
    static func read(_ response: JSONObject, id: String) -> RealtimeAnswer {
        let embedding = response.object("embedding") ?? response.objects("embeddings")?.first
        guard let vector = embedding?.vector("values") else {
            return RealtimeAnswer(statusCode: 200, requestID: id, body: Array(response.text))
        }
        let tokens = response.count("tokenCount") ?? response.object("usageMetadata")?.count("promptTokenCount")
        return RealtimeAnswer(
            statusCode: 200, requestID: id, body: EmbeddingAnswer.body([vector], tokens: tokens))
    }
}
