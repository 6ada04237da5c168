import LLMBatchCore

/// Amazon's Titan Text Embeddings: one text a request.
///
/// Source: Amazon Bedrock user guide, "Amazon Titan Embeddings Text".
struct TitanEmbeddingAdapter: BedrockModelAdapter {
    /// Version 2 can be told how long a vector is to be, and whether it is to have the length 1.
    let takesDimensions: Bool

    var endpoints: Set<Endpoint> { [.embeddings] }

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var embedding = try EmbeddingRequest(request)
        var written: JSONNode = ["inputText": .string(try embedding.onlyText())]
        if takesDimensions {
            written["dimensions"] = embedding.dimensions
            written["normalize"] = try embedding.rest.flag("normalize").map { .bool($0) }
        } else if embedding.dimensions != nil {
            throw RequestRefusal(field: "dimensions", "cannot be asked of this model")
        }
        try embedding.rest.end()
        return written.json
    }

    func answer(_ modelOutput: JSONObject, id: String) -> RealtimeAnswer {
        // A body of one's own may have asked for another type of number.
        let byType = modelOutput.object("embeddingsByType")
        guard let vector = modelOutput.vector("embedding") ?? byType?.vector("float") ?? byType?.vector("binary")
        else { return BedrockAnswer.asItIs(modelOutput, id: id) }
        let body = EmbeddingAnswer.body([vector], tokens: modelOutput.count("inputTextTokenCount"))
        return RealtimeAnswer(statusCode: 200, requestID: id, body: body)
    }
}

/// Cohere's Embed models: up to 96 texts a request. They must be told what vectors are for, which canonical requests do not
/// say: those of documents that are searched are made where a request has no `input_type`.
///
/// Source: Amazon Bedrock user guide, "Cohere Embed v3" and "Cohere Embed v4". Tokens are told in a header of single calls,
/// and not in the answer.
struct CohereEmbeddingAdapter: BedrockModelAdapter {
    /// Version 4 can be told how long a vector is to be.
    let takesDimensions: Bool

    static let mostTexts = 96

    var endpoints: Set<Endpoint> { [.embeddings] }

    func modelInput(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        var embedding = try EmbeddingRequest(request)
        guard embedding.texts.count <= Self.mostTexts else {
            throw RequestRefusal(
                field: "input",
                "has \(embedding.texts.count) texts, and this model takes \(Self.mostTexts) a request")
        }
        guard takesDimensions || embedding.dimensions == nil else {
            throw RequestRefusal(field: "dimensions", "cannot be asked of this model")
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
