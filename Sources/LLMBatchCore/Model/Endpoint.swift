/// The endpoint of every request in a batch: the `url` of the OpenAI batch line.
public struct Endpoint: RawRepresentable, Sendable, Hashable, Codable, CustomStringConvertible {
    public let rawValue: String

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

    /// The endpoints that a batch can use.
    public static let known: [Endpoint] = [.chatCompletions, .embeddings, .responses, .completions, .moderations]

    public var description: String { rawValue }

    /// Parses a line's `url`: the path, or one of the forms in Azure OpenAI's documentation (`/chat/completions`,
    /// `/openai/deployments/NAME/chat/completions?api-version=…`). Nil for anything else.
    init?(url: String) {
        let plain = Endpoint(rawValue: url)
        if Self.known.contains(plain) { self = plain; return }
        let path = String(url.prefix { $0 != "?" })
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        let bare: [String]
        switch Array(parts.prefix(3)) {
        case let first where first.starts(with: ["", "openai", "v1"]): bare = Array(parts.dropFirst(3))
        case let first where first.starts(with: ["", "openai", "deployments"]): bare = Array(parts.dropFirst(4))
        case let first where first.starts(with: ["", "v1"]) && path == url: bare = Array(parts.dropFirst(2))
        default: bare = Array(parts.dropFirst())
        }
        guard parts.first == "", let known = Self.known(bare) else { return nil }
        self = known
    }

    /// The endpoint that an unsupported form of `url` clearly means, such as a complete address.
    static func meant(by url: String) -> Endpoint? {
        let parts = url.prefix { $0 != "?" && $0 != "#" }.split(separator: "/").map(String.init)
        return known(parts.suffix(2)) ?? known(parts.suffix(1))
    }

    private static func known(_ path: some Collection<String>) -> Endpoint? {
        let endpoint = Endpoint(rawValue: "/v1/" + path.joined(separator: "/"))
        return known.contains(endpoint) ? endpoint : nil
    }

    /// The endpoint that a bare body clearly belongs to; nil when there is more than one candidate (`input` alone).
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
