import LLMBatchCore

/// The vendor of a job's model, in whose format its lines are.
enum DigitalOceanFamily: String, CaseIterable {
    case openai, anthropic

    /// The vendor that a model's name implies.
    init(model: String?) {
        let name = (model ?? "").lowercased()
        self = name.contains("claude") || name.hasPrefix("anthropic") ? .anthropic : .openai
    }
}

/// Builds an input line: OpenAI's own, or `{"custom_id", "params"}` of Anthropic's Message Batches.
///
/// Source: docs.digitalocean.com, "How to Use Batch Inference".
struct DigitalOceanInputLine: Sendable {
    private let family: DigitalOceanFamily?
    /// Nil for native bodies.
    private let translation: AnthropicRequest?

    init(_ options: ProviderOptions) throws {
        family = try options.word("family")
        translation = try options.flag("native") ? nil : try AnthropicRequest(options)
    }

    /// The vendor of this model.
    func family(of model: String?) -> DigitalOceanFamily { family ?? DigitalOceanFamily(model: model) }

    /// The schema dialect of a model if it differs from OpenAI's.
    func schemas(for model: String?) -> SchemaDialect? {
        family(of: model) == .anthropic && translation?.asksByFormat == true ? .anthropic : nil
    }

    func bytes(of request: OutgoingRequest) throws(RequestRefusal) -> [UInt8] {
        guard family(of: request.model ?? request.request.model) == .anthropic else {
            return try OpenAIInputLine(form: .full, root: "/v1").bytes(of: request)
        }
        guard request.request.endpoint == .chatCompletions else {
            throw RequestRefusal(field: "url", "must be /v1/chat/completions for models of Anthropic")
        }
        let params = try translation.map { (translation) throws(RequestRefusal) in try translation.body(of: request) }
        return Array(#"{"custom_id":"#.utf8) + JSONText.quoted(request.id) + Array(#","params":"#.utf8)
            + (params ?? request.nativeBody) + Array("}".utf8)
    }
}
