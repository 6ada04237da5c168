import LLMBatchCore

/// Builds an input row.
///
/// Source: Google Cloud documentation, "Batch inference with Gemini", "Batch predictions" of Claude, "Get batch embeddings
/// inferences". A Gemini row has no member for an id, so the id is sent as a label, which the answer repeats. An embeddings
/// row has such a member.
struct VertexRow: Sendable {
    /// The label of a request's id.
    static let idLabel = "llmbatch_id"

    /// The member with the id of a result.
    static func idKey(at endpoint: Endpoint) -> String {
        endpoint == .embeddings ? "key" : "request.labels.\(idLabel)"
    }

    private let isNative: Bool
    private let claude: AnthropicRequest
    private let schemaField: GeminiSchemaField

    init(_ options: ProviderOptions) throws {
        isNative = try options.flag("native")
        // The problem of Gemini's own API is not reported for Vertex AI.
        schemaField = try options.word(GeminiSchemaField.option) ?? .responseJsonSchema
        claude = try AnthropicRequest(options, takesAddresses: false)
    }

    func line(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard let name = request.model ?? request.request.model else {
            throw RequestRefusal(field: "model", "is missing: a job has one model")
        }
        let id = JSONText.quoted(request.id)
        let model = try VertexModel(name)
        guard model.endpoint == request.request.endpoint else {
            throw RequestRefusal(
                field: "model", "is \(name), which does not support \(request.request.endpoint)")
        }
        switch model.publisher {
        case .google where model.endpoint == .embeddings:
            let body = isNative ? request.nativeBody : try GeminiEmbedding.body(of: request, forVertex: model)
            return Array(#"{"key":"#.utf8) + id + Array(#","request":"#.utf8) + body + Array("}".utf8)
        case .google:
            return Array(#"{"request":"#.utf8) + (try gemini(request, id: id)) + Array("}".utf8)
        case .anthropic:
            let body = isNative ? request.nativeBody : try claudeBody(request)
            return Array(#"{"custom_id":"#.utf8) + id + Array(#","request":"#.utf8) + body + Array("}".utf8)
        }
    }

    private func gemini(_ request: OutgoingRequest, id: [UInt8]) throws(RequestRefusal) -> [UInt8] {
        guard isNative else {
            var body = try GeminiRequest.node(of: request, schema: schemaField)
            body["labels"] = .object([.init(key: Self.idLabel, value: .string(request.id))])
            return body.json
        }
        // All bytes but those of the label are kept.
        guard let body = try? JSONObject(request.nativeBody) else {
            throw RequestRefusal(field: nil, "the body must be a JSON object")
        }
        let labels = body.object("labels") ?? (try? JSONObject(Array("{}".utf8)))
        return body.replacing("labels", with: labels?.replacing(Self.idLabel, with: id) ?? [])
    }

    /// The job names the model, and the body has the version instead of a header.
    private func claudeBody(_ request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        let body = try claude.body(of: request)
        guard var written = try? JSONNode(body) else { throw RequestRefusal(field: nil, "the body cannot be read") }
        written["model"] = nil
        written["anthropic_version"] = "vertex-2023-10-16"
        return written.json
    }
}
