import Foundation
public import LLMBatchCore

extension Provider {
    /// Fireworks' batch inference.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil takes the one that each body names.
    ///   - account: the account that the jobs belong to; `FIREWORKS_ACCOUNT_ID` when nil.
    ///   - baseURL: the address without a version; `FIREWORKS_BASE_URL`, else the service's own, when nil.
    ///   - apiKey: `FIREWORKS_API_KEY` when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func fireworks(
        model: String? = nil, account: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil,
        options: [String: String] = [:]
    ) throws -> Provider {
        var settings = ProviderSettings(name: "fireworks", model: model, baseURL: baseURL, options: options)
        settings.options["account"] = account ?? options["account"]
        return try fireworks(settings, key: apiKey ?? ProviderDescription.fireworks.usualKey)
    }

    /// From stored settings.
    static func fireworks(_ settings: ProviderSettings) throws -> Provider {
        try fireworks(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func fireworks(_ settings: ProviderSettings, key: APIKeySource) throws -> Provider {
        let environment = ProcessInfo.processInfo.environment
        guard let owner = settings.options["account"] ?? environment["FIREWORKS_ACCOUNT_ID"], !owner.isEmpty else {
            throw LLMBatchError(
                .invalidConfiguration, "fireworks needs the account that the jobs belong to",
                hint: "export FIREWORKS_ACCOUNT_ID=…, or give it as --option account=…")
        }
        var settings = settings
        settings.options["account"] = owner
        return try KeyedService(
            description: .fireworks, address: "https://api.fireworks.ai", addressVariables: ["FIREWORKS_BASE_URL"]
        ).provider(settings, key: key) {
            Provider(try FireworksBatchProvider($0, service: $1, key: $2, owner: owner))
        }
    }
}
