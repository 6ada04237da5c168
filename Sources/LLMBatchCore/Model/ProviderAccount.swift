/// The account that an attempt was submitted to, checked so that it does not continue under another by mistake.
public struct ProviderAccount: Sendable, Hashable, Codable {
    /// The provider's name.
    package var provider: String
    /// The address of the service.
    package var baseURL: String?
    /// The region or location, for providers that have them.
    package var region: String?
    /// The organization, for providers that have them.
    package var organization: String?
    /// The project, for providers that have them.
    package var project: String?
    /// The first characters of a hash of the credential: enough to distinguish two keys, and reveals neither.
    package var keyFingerprint: String?

    /// Creates an account; a change in any of its members is a change of account.
    ///
    /// - Parameters:
    ///   - provider: the name of the provider.
    ///   - baseURL: the address of the service.
    ///   - region: the region, where the service has them.
    ///   - organization: the organization that is billed.
    ///   - project: the project or workspace.
    ///   - keyFingerprint: a short hash of the key, never the key itself.
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

    /// The differences from `other`, each as "name: here, was there"; empty for the same account.
    package func differences(from other: ProviderAccount) -> [String] {
        let pairs: [(String, String?, String?)] = [
            ("provider", provider, other.provider), ("base URL", baseURL, other.baseURL),
            ("region", region, other.region), ("organization", organization, other.organization),
            ("project", project, other.project),
            ("key fingerprint", keyFingerprint, other.keyFingerprint),
        ]
        return pairs.filter { $0.1 != $0.2 }.map { "\($0.0): \($0.1 ?? "none"), was \($0.2 ?? "none")" }
    }
}
