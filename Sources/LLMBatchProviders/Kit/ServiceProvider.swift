import LLMBatchCore

/// A batch provider of this module: what all of them hold is in ``service``.
protocol ServiceProvider: BatchProvider {
    var service: ServiceClient { get }
}

extension ServiceProvider {
    var settings: ProviderSettings { service.settings }
    var account: ProviderAccount { service.account }
    var limits: BatchLimits { service.limits }
    var pacing: Pacing { service.pacing }
    var transport: HTTPTransport { service.transport }
}

/// A service as a batch provider uses it: the account, its limits, and the transport that calls it.
struct ServiceClient: Sendable {
    let settings: ProviderSettings
    var account: ProviderAccount
    var limits: BatchLimits
    let pacing: Pacing
    var transport: HTTPTransport
    /// The options of the settings, checked against the description.
    let options: ProviderOptions

    /// - Throws: `invalidConfiguration` for an unknown or invalid option.
    init(
        _ settings: ProviderSettings, _ description: ProviderDescription, account: ProviderAccount,
        transport: HTTPTransport
    ) throws {
        options = try ProviderOptions(settings, of: description)
        self.settings = settings
        self.account = account
        self.transport = transport
        self.transport.timeout = try options.seconds("timeout") ?? transport.timeout
        limits = try BatchLimits(description, options)
        pacing = try Pacing(options)
    }

    /// A service that a key opens, sent as a bearer token.
    ///
    /// - Parameter failure: reads an error response, if the service has its own format.
    init(
        _ settings: ProviderSettings, _ description: ProviderDescription, _ address: ServiceURL, key: APIKey?,
        header: String = "authorization", failure: HTTPTransport.FailureReader? = nil
    ) throws {
        var transport = HTTPTransport(
            service: address, credential: key.map { KeyCredential(key: $0, header: header) } ?? NoCredential(),
            timeout: .seconds(60))
        if let failure { transport.failure = failure }
        try self.init(
            settings, description,
            account: ProviderAccount(
                provider: settings.name, baseURL: address.text, keyFingerprint: key?.fingerprint),
            transport: transport)
    }
}
