import Foundation
public import LLMBatchCore

extension Provider {
    /// The OpenAI Batch API, or a service that speaks it under another base URL.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies as they are.
    ///   - baseURL: with the version, without a path; `OPENAI_BASE_URL`, else OpenAI's own, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func openAI(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource = .environment("OPENAI_API_KEY"),
        options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(
            name: "openai", model: model, baseURL: baseURL, keySource: apiKey.stored, options: options)
        return try standard(settings, key: apiKey) { Provider(try OpenAIBatchProvider($0, service: $1, key: $2)) }
    }

    /// Any service that speaks the OpenAI API one request at a time.
    ///
    /// - Parameters:
    ///   - model: replaces the model in each request's body; nil leaves the bodies as they are.
    ///   - baseURL: with the version, without a path; `OPENAI_BASE_URL`, else OpenAI's own, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when OpenAI's own service is meant and there is no key, `invalidConfiguration`.
    public static func realtime(
        model: String? = nil, baseURL: String? = nil, apiKey: APIKeySource = .environment("OPENAI_API_KEY"),
        options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(
            name: "realtime", model: model, baseURL: baseURL, keySource: apiKey.stored, options: options)
        return try standard(settings, key: apiKey) { Provider(try OpenAIRealtimeProvider($0, service: $1, key: $2)) }
    }

    /// No model: echoes deterministically, says so, and fails a share of requests when told to.
    ///
    /// - Parameter options: `fail-share` (0 to 1), `seed`, `latency-ms`, `concurrency`.
    /// - Throws: `invalidConfiguration` for settings that make no sense.
    public static func offline(options: [String: String] = [:]) throws -> Provider {
        Provider(try OfflineProvider(ProviderSettings(name: "offline", options: options)))
    }

    private static let openAIBaseURL = "https://api.openai.com/v1"

    /// Fills in what the environment says, so that the stored settings lead to the same service from anywhere.
    private static func standard(
        _ settings: ProviderSettings, key: APIKeySource,
        _ make: (ProviderSettings, ServiceURL, APIKey?) throws -> Provider
    ) throws -> Provider {
        var settings = settings
        let environment = ProcessInfo.processInfo.environment["OPENAI_BASE_URL"].flatMap { $0.isEmpty ? nil : $0 }
        let service = try ServiceURL(settings.baseURL ?? environment ?? openAIBaseURL)
        settings.baseURL = service.text == openAIBaseURL ? nil : service.text
        // A service of one's own may ask for no key, unless a variable was named for it.
        let isRequired = settings.baseURL == nil || key.isNamed
        return try make(settings, service, try APIKey.find(key, required: isRequired))
    }
}

extension APIKeySource {
    /// What may be stored of it.
    var stored: String? {
        if case .environment(let name) = self { return "env:\(name)" }
        return nil
    }

    /// True for a variable other than the usual one: somebody meant it.
    fileprivate var isNamed: Bool {
        if case .environment(let name) = self { return name != "OPENAI_API_KEY" }
        return false
    }

    /// From what was stored.
    init(stored: String?) {
        self = stored.flatMap { $0.hasPrefix("env:") ? .environment(String($0.dropFirst(4))) : nil } ?? .none
    }
}

extension ProviderCatalog {
    /// Every provider of this library, by the name it has on the command line.
    public static let standard = ProviderCatalog([
        (
            .openAI,
            { @Sendable settings in
                try .openAI(
                    model: settings.model, baseURL: settings.baseURL, apiKey: APIKeySource(stored: settings.keySource),
                    options: settings.options)
            }
        ),
        (
            .realtime,
            { @Sendable settings in
                try .realtime(
                    model: settings.model, baseURL: settings.baseURL, apiKey: APIKeySource(stored: settings.keySource),
                    options: settings.options)
            }
        ),
        (.anthropic, { @Sendable settings in try .anthropic(settings) }),
        (.gemini, { @Sendable settings in try .gemini(settings) }),
        (.bedrock, { @Sendable settings in try .bedrock(settings) }),
        (.offline, { @Sendable settings in Provider(try OfflineProvider(settings)) }),
    ])
}
