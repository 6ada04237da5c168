import Foundation
public import LLMBatchCore

extension Provider {
    /// Fireworks' batch inference.
    ///
    /// - Parameters:
    ///   - model: the model of all requests; nil uses the model named in each body.
    ///   - account: the account that the jobs belong to; `FIREWORKS_ACCOUNT_ID` when nil.
    ///   - baseURL: the address without a version; `FIREWORKS_BASE_URL`, else the service's own, when nil.
    ///   - apiKey: `FIREWORKS_API_KEY` when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func fireworks(
        model: String? = nil, account: String? = nil, baseURL: String? = nil, apiKey: APIKeySource? = nil,
        options: [String: String] = [:]
    ) throws -> Provider {
        var options = options
        options["account"] = account ?? options["account"]
        return try ProviderDefinition.fireworks.provider(
            model: model, baseURL: baseURL, apiKey: apiKey, options: options)
    }
}

extension ProviderDefinition {
    static let fireworks = ProviderDefinition(.fireworks) { settings, key in
        let settings = try settings.namingAccount()
        return try KeyedService(
            description: .fireworks, address: "https://api.fireworks.ai", addressVariables: ["FIREWORKS_BASE_URL"]
        ).provider(settings, key: key) {
            Provider(
                try FireworksBatchProvider($0, address: $1, key: $2, owner: settings.options["account"] ?? ""))
        }
    }
}

extension ProviderSettings {
    /// With the account of the environment if the options name none.
    fileprivate func namingAccount() throws -> ProviderSettings {
        var settings = self
        settings.options = options.filling("account", from: "FIREWORKS_ACCOUNT_ID")
        guard WireReading.filled(settings.options["account"]) != nil else {
            throw LLMBatchError(
                .invalidConfiguration, "fireworks needs the account that the jobs belong to",
                remedy: Remedy(
                    nil, .give(.variable("FIREWORKS_ACCOUNT_ID", example: "…")), .give(.option("account", example: "…"))
                ))
        }
        return settings
    }
}
