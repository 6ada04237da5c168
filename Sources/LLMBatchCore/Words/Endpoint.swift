/// What every request of a batch asks for: the `url` of the OpenAI batch line.
public struct Endpoint: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    /// The text as it is.
    public let rawValue: String

    /// Takes the text as it is.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// Chat completions.
    public static let chatCompletions = Endpoint(rawValue: "/v1/chat/completions")
    /// Embeddings.
    public static let embeddings = Endpoint(rawValue: "/v1/embeddings")
    /// Responses.
    public static let responses = Endpoint(rawValue: "/v1/responses")
    /// Completions.
    public static let completions = Endpoint(rawValue: "/v1/completions")
    /// Moderations.
    public static let moderations = Endpoint(rawValue: "/v1/moderations")

    /// The endpoints that a batch can have.
    public static let known: [Endpoint] = [.chatCompletions, .embeddings, .responses, .completions, .moderations]

    /// In words, safe to show.
    public var description: String { rawValue }

    /// The endpoint that a bare body is plainly meant for; nil when it could be more than one (`input` alone).
    static func guess(from body: JSONObject) -> Endpoint? {
        let keys = Set(body.members.map(\.key))
        if keys.contains("messages") { return .chatCompletions }
        if keys.contains("prompt") { return .completions }
        guard keys.contains("input") else { return nil }
        if !keys.isDisjoint(with: ["encoding_format", "dimensions"]) { return .embeddings }
        if !keys.isDisjoint(with: ["instructions", "max_output_tokens", "reasoning", "text"]) { return .responses }
        return body.string("model").flatMap(guess(fromModel:))
    }

    private static func guess(fromModel model: String) -> Endpoint? {
        if model.contains("embed") { return .embeddings }
        return model.contains("moderation") ? .moderations : nil
    }
}
