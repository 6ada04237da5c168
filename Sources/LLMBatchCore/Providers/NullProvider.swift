/// A provider that contacts no service. Ends a cancelled draft without needing a key, or a service that accepts the
/// requests.
struct NullProvider: RealtimeProvider {
    let settings: ProviderSettings
    let limits = RealtimeLimits(maximumTries: 1)

    var account: ProviderAccount { ProviderAccount(provider: settings.name, baseURL: settings.baseURL ?? "") }

    func answer(_ request: OutgoingRequest) async throws(ProviderError) -> RealtimeAnswer {
        throw ProviderError(.cancelled, delivery: .notSent, message: "the batch is cancelled")
    }
}
