import LLMBatchCore

/// A model as Vertex AI names it, and whose words its requests are in.
struct VertexModel: Sendable, Hashable {
    /// Whose words.
    enum Publisher: String {
        case google, anthropic
    }

    let publisher: Publisher
    /// The whole name: `publishers/google/models/gemini-2.5-flash`.
    let resource: String

    /// What it can be asked for: text models of Google's that are older take rows that bring no id back.
    var endpoint: Endpoint {
        publisher == .google && name.hasPrefix("gemini-embedding") ? .embeddings : .chatCompletions
    }

    /// The name without where it belongs.
    var name: String { resource.split(separator: "/").last.map(String.init) ?? resource }

    /// The form of schemas that it takes, where that is not OpenAI's: Gemini takes JSON schemas as they are.
    var schemas: SchemaDialect? { publisher == .anthropic ? .anthropic : nil }

    /// Reads a whole name, `publisher/model`, or a bare model, of which those that begin with `claude` are Anthropic's.
    /// A model of one's own is a tuned Gemini.
    ///
    /// - Throws: a refusal for models of other publishers.
    init(_ name: String) throws(RequestRefusal) {
        let parts = name.split(separator: "/").map(String.init)
        switch (parts.count, parts.first) {
        case (1, _): self.init(publisher: parts[0].hasPrefix("claude") ? .anthropic : .google, model: parts[0])
        case (2, let publisher?): try self.init(publisher: publisher, model: parts[1])
        case (4, "publishers") where parts[2] == "models": try self.init(publisher: parts[1], model: parts[3])
        case (_, "projects"): self.init(publisher: .google, resource: name)
        default: throw RequestRefusal(field: "model", "is no name of a model: publishers/PUBLISHER/models/MODEL")
        }
    }

    private init(publisher: String, model: String) throws(RequestRefusal) {
        guard let known = Publisher(rawValue: publisher) else {
            throw RequestRefusal(
                field: "model", "is of a publisher whose requests are not known here: google, anthropic")
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
