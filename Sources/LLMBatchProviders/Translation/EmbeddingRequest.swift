import LLMBatchCore

/// An embeddings request in the parts that other services' requests are made of.
///
/// Source: OpenAI API reference, "Create embeddings". What cannot be read is refused by the name of its member, and so is
/// every member that nobody takes out of ``rest`` before its end.
struct EmbeddingRequest {
    /// What is embedded, each text by itself.
    let texts: [String]
    /// How long vectors are to be, as it is written; nil leaves it to the model.
    let dimensions: JSONNode?
    /// The members that each service says in its own way.
    var rest: RequestBody

    init(_ request: OutgoingRequest) throws(RequestRefusal) {
        var body = try RequestBody(request)
        _ = body.take("model")
        texts = try Self.texts(body.take("input"))
        dimensions = try body.number("dimensions")
        // Vectors come back as numbers, and whoever reads an answer no longer knows what was asked.
        if let format = body.take("encoding_format"), format != "float" {
            throw RequestRefusal(field: "encoding_format", "must be float for this provider")
        }
        rest = body
    }

    /// The only text, for services that take one a request.
    func onlyText() throws(RequestRefusal) -> String {
        guard texts.count == 1 else {
            throw RequestRefusal(
                field: "input", "has \(texts.count) texts, and this provider takes one a request")
        }
        return texts[0]
    }

    private static func texts(_ input: JSONNode?) throws(RequestRefusal) -> [String] {
        switch input {
        case .string(let text): return [text]
        case .array(let elements) where !elements.isEmpty:
            let texts = elements.compactMap(\.text)
            guard texts.count == elements.count else {
                throw RequestRefusal(field: "input", "must be of texts for this provider, not of tokens")
            }
            return texts
        default: throw RequestRefusal(field: "input", "must be a text or a list of texts")
        }
    }
}
