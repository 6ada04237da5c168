import LLMBatchCore

/// Amazon's Titan Text Embeddings: one text per request.
///
/// Source: Amazon Bedrock user guide, "Amazon Titan Embeddings Text".
struct TitanEmbeddingAdapter: BedrockModelAdapter {
    /// Version 2 accepts the dimension of a vector, and whether to normalize it.
    let takesDimensions: Bool

    var endpoints: Set<Endpoint> { [.embeddings] }

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var embedding = try EmbeddingRequest(request)
        var written: JSONNode = ["inputText": .string(try embedding.onlyText())]
        if takesDimensions {
            written["dimensions"] = embedding.dimensions
            written["normalize"] = try embedding.rest.flag("normalize").map { .bool($0) }
        } else if embedding.dimensions != nil {
            throw RequestRefusal(field: "dimensions", "is not supported by this model")
        }
        try embedding.rest.end()
        return written.json
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        // A native body may have requested another number type.
        let byType = modelOutput.object("embeddingsByType")
        guard let vector = modelOutput.vector("embedding") ?? byType?.vector("float") ?? byType?.vector("binary")
        else { return BedrockAnswer.asItIs(modelOutput, id: id) }
        let body = EmbeddingAnswer.body([vector], tokens: modelOutput.count("inputTextTokenCount"))
        return RealtimeAnswer(statusCode: 200, requestID: id, body: body)
    }
}

/// Cohere's Embed models: up to 96 texts per request. They require the purpose of the vectors, which canonical requests
/// do not have: without `input_type`, the vectors are for documents to be searched.
///
/// Source: Amazon Bedrock user guide, "Cohere Embed v3" and "Cohere Embed v4". Single calls report the token count in a
/// header, and the answer does not contain it.
struct CohereEmbeddingAdapter: BedrockModelAdapter {
    /// Version 4 accepts the dimension of a vector.
    let takesDimensions: Bool

    static let mostTexts = 96

    var endpoints: Set<Endpoint> { [.embeddings] }

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var embedding = try EmbeddingRequest(request)
        guard embedding.texts.count <= Self.mostTexts else {
            throw RequestRefusal(
                field: "input",
                "has \(embedding.texts.count) texts, and this model accepts \(Self.mostTexts) per request")
        }
        guard takesDimensions || embedding.dimensions == nil else {
            throw RequestRefusal(field: "dimensions", "is not supported by this model")
        }
        var written: JSONNode = ["texts": .array(embedding.texts.map { .string($0) })]
        written["input_type"] = embedding.rest.take("input_type") ?? "search_document"
        written["truncate"] = embedding.rest.take("truncate")
        written["output_dimension"] = embedding.dimensions
        try embedding.rest.end()
        return written.json
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        let byType = modelOutput.object("embeddings")
        let types = byType?.members.map(\.key) ?? []
        let typed = byType?.vectors("float") ?? types.lazy.compactMap { byType?.vectors($0) }.first
        guard let vectors = modelOutput.vectors("embeddings") ?? typed else {
            return BedrockAnswer.asItIs(modelOutput, id: id)
        }
        let tokens = modelOutput.object("meta")?.object("billed_units")?.count("input_tokens")
        let name = WireReading.filled(modelOutput.string("id")) ?? id
        return RealtimeAnswer(
            statusCode: 200, requestID: name, body: EmbeddingAnswer.body(vectors, tokens: tokens))
    }
}
