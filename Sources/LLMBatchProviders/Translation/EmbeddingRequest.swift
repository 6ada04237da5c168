import LLMBatchCore

/// An embeddings request, split into the parts that other services' formats need.
///
/// Source: OpenAI API reference, "Create embeddings". A member that cannot be read is refused by name, and so is every
/// member still in ``rest`` at the end.
struct EmbeddingRequest {
    /// The texts to embed, each separately.
    let texts: [String]
    /// The requested dimension, as written; nil leaves it to the model.
    let dimensions: JSONNode?
    /// The members that each service translates itself.
    var rest: RequestBody

    init(_ request: OutgoingRequest) throws(RequestRefusal) {
        var body = try RequestBody(request)
        _ = body.take("model")
        texts = try Self.texts(body.take("input"))
        dimensions = try body.number("dimensions")
        // Vectors are returned as numbers, and the reader of an answer does not know the request.
        if let format = body.take("encoding_format"), format != "float" {
            throw RequestRefusal(field: "encoding_format", "must be float for this provider")
        }
        rest = body
    }

    /// The only text, for services that accept one per request.
    func onlyText() throws(RequestRefusal) -> String {
        guard texts.count == 1 else {
            throw RequestRefusal(
                field: "input", "has \(texts.count) texts, and this provider accepts one per request")
        }
        return texts[0]
    }

    private static func texts(_ input: JSONNode?) throws(RequestRefusal) -> [String] {
        switch input {
        case .string(let text): return [text]
        case .array(let elements) where !elements.isEmpty:
            let texts = elements.compactMap(\.text)
            guard texts.count == elements.count else {
                throw RequestRefusal(field: "input", "must be text for this provider, not tokens")
            }
            return texts
        default: throw RequestRefusal(field: "input", "must be a text or a list of texts")
        }
    }
}
