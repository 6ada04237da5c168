/// Which provider an attempt uses and how, without any secret: enough to build the provider again after a restart.
public struct ProviderSettings: Sendable, Hashable, Codable {
    /// The provider's name, as on the command line (`openai`, `realtime`, `offline`).
    public var name: String
    /// The model that replaces the one in each request's body; nil leaves the bodies as they are.
    public var model: String?
    /// Where the service is, when not at the provider's own address.
    public var baseURL: String?
    /// Where the key comes from, for example `env:OPENAI_API_KEY`. Never the key.
    public var keySource: String?
    /// The provider's other settings by name.
    public var options: [String: String]

    /// Makes one of its parts.
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

/// The account that an attempt was submitted to, so that it is not continued under another by mistake.
public struct ProviderAccount: Sendable, Hashable, Codable {
    /// The provider by name.
    public var provider: String
    /// Where the service is.
    public var baseURL: String?
    /// The region or location, where the provider has them.
    public var region: String?
    /// The organization, where the provider has them.
    public var organization: String?
    /// The project, where the provider has them.
    public var project: String?
    /// The first characters of a hash of the credential: tells two keys apart and gives neither away.
    public var keyFingerprint: String?

    /// Makes one of its parts.
    public init(
        provider: String, baseURL: String? = nil, region: String? = nil, organization: String? = nil,
        project: String? = nil, keyFingerprint: String? = nil
    ) {
        self.provider = provider
        self.baseURL = baseURL
        self.region = region
        self.organization = organization
        self.project = project
        self.keyFingerprint = keyFingerprint
    }

    /// What differs from `other`, each as "name: here, there"; empty when they are the same account.
    public func differences(from other: ProviderAccount) -> [String] {
        let pairs: [(String, String?, String?)] = [
            ("provider", provider, other.provider), ("base URL", baseURL, other.baseURL),
            ("region", region, other.region), ("organization", organization, other.organization),
            ("project", project, other.project),
            ("key fingerprint", keyFingerprint, other.keyFingerprint),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { "\($0.0): \($0.1 ?? "none"), was \($0.2 ?? "none")" }
    }
}
