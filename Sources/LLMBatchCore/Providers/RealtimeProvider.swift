/// A provider that answers one request at a time.
public protocol RealtimeProvider: Sendable {
    /// The settings that rebuild the provider, without secrets.
    var settings: ProviderSettings { get }
    /// The account that the provider works for.
    var account: ProviderAccount { get }
    /// How fast requests may be sent.
    var limits: RealtimeLimits { get }

    /// Sends one request once; the runner does the retries.
    func answer(_ request: OutgoingRequest) async throws(ProviderError) -> RealtimeAnswer
}
