import LLMBatchCore

/// A model of Vertex AI, and the publisher whose format its requests use.
struct VertexModel: Sendable, Hashable {
    /// The publisher.
    enum Publisher: String {
        case google, anthropic
    }

    let publisher: Publisher
    /// The full name: `publishers/google/models/gemini-2.5-flash`.
    let resource: String

    /// The supported endpoints. Google's older text models are excluded: their rows return no id.
    var endpoint: Endpoint {
        publisher == .google && name.hasPrefix("gemini-embedding") ? .embeddings : .chatCompletions
    }

    /// The short name.
    var name: String { resource.split(separator: "/").last.map(String.init) ?? resource }

    /// The schema dialect if it differs from OpenAI's: Gemini accepts plain JSON schemas.
    var schemas: SchemaDialect? { publisher == .anthropic ? .anthropic : nil }

    /// Reads a whole name, `publisher/model`, or a bare model, of which those that begin with `claude` are Anthropic's.
    /// A custom model is a tuned Gemini.
    ///
    /// - Throws: a refusal for models of other publishers.
    init(_ name: String) throws(RequestRefusal) {
        let parts = name.split(separator: "/").map(String.init)
        switch (parts.count, parts.first) {
        case (1, _): self.init(publisher: parts[0].hasPrefix("claude") ? .anthropic : .google, model: parts[0])
        case (2, let publisher?): try self.init(publisher: publisher, model: parts[1])
        case (4, "publishers") where parts[2] == "models": try self.init(publisher: parts[1], model: parts[3])
        case (_, "projects"): self.init(publisher: .google, resource: name)
        default: throw RequestRefusal(field: "model", "is not a model name: publishers/PUBLISHER/models/MODEL")
        }
    }

    private init(publisher: String, model: String) throws(RequestRefusal) {
        guard let known = Publisher(rawValue: publisher) else {
            throw RequestRefusal(
                field: "model", "has an unsupported publisher; supported are google and anthropic")
        }
        self.init(publisher: known, model: model)
    }

    private init(publisher: Publisher, model: String) {
        self.init(publisher: publisher, resource: "publishers/\(publisher.rawValue)/models/\(model)")
    }

    private init(publisher: Publisher, resource: String) {
        self.publisher = publisher
        self.resource = resource
    }
}
