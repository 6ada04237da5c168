/// The provider of an attempt and its settings, without secrets: enough to rebuild the provider after a restart.
public struct ProviderSettings: Sendable, Hashable, Codable {
    /// The provider's name in a catalog and on the command line (`openai`, `realtime`, `offline`).
    public var name: String
    /// The model that replaces the one in each request's body; nil leaves the bodies unchanged.
    public var model: String?
    /// The address of the service; nil for the provider's own.
    public var baseURL: String?
    /// The source of the key, for example `env:OPENAI_API_KEY`; never the key itself.
    public var keySource: String?
    /// The provider's other settings, by name.
    public var options: [String: String]

    public init(
        name: String, model: String? = nil, baseURL: String? = nil, keySource: String? = nil,
        options: [String: String] = [:]
    ) {
        self.name = name
        self.model = model
        self.baseURL = baseURL
        self.keySource = keySource
        self.options = options
    }
}
