/// Asks nobody: it drives a draft that is cancelled to its end, for which no key is needed, and no service that can take
/// the requests.
struct NobodyProvider: RealtimeProvider {
    let settings: ProviderSettings
    let limits = RealtimeLimits(maximumTries: 1)

    var account: ProviderAccount { ProviderAccount(provider: settings.name, baseURL: settings.baseURL ?? "") }

    func answer(_ question: RealtimeQuestion) async throws(ProviderError) -> RealtimeAnswer {
        throw ProviderError(.cancelled, delivery: .notSent, message: "the batch is cancelled")
    }
}
