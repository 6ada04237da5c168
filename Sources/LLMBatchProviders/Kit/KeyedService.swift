import Foundation
public import LLMBatchCore

/// A service with an address and a key. Missing settings are filled in from the environment, so that the stored settings
/// identify the same service anywhere.
struct KeyedService {
    let description: ProviderDescription
    /// The default address.
    let address: String
    /// Environment variables that override it; the first that is set counts.
    var addressVariables: [String] = []
    /// Appended to the address in such a variable.
    var addressSuffix = ""

    /// Builds a provider of the service.
    ///
    /// - Parameter make: takes the settings to be stored, the address and the key.
    /// - Throws: `keyRefused` without a key when the address is the default or a source of the key was named,
    ///   `invalidConfiguration` for invalid settings.
    func provider(
        _ settings: ProviderSettings, key source: APIKeySource,
        _ make: (ProviderSettings, ServiceURL, APIKey?) throws -> Provider
    ) throws -> Provider {
        var settings = settings
        let service = try ServiceURL(settings.baseURL ?? addressOfEnvironment ?? address)
        settings.baseURL = service.text == address ? nil : service.text
        settings.keySource = source.stored
        // A self-hosted service may need no key, unless a source was named. A service without a default address is not
        // self-hosted.
        let isRequired = settings.baseURL == nil || address.isEmpty || isNamed(source)
        return try make(settings, service, try source.key(required: isRequired))
    }

    private var addressOfEnvironment: String? {
        guard var text = Self.firstSet(of: addressVariables) else { return nil }
        while !addressSuffix.isEmpty, text.hasSuffix("/") { text.removeLast() }
        return text + addressSuffix
    }

    /// True for an explicitly named source.
    private func isNamed(_ source: APIKeySource) -> Bool {
        switch source {
        case .environment(let name): !description.credentials.contains(name)
        case .file: true
        case .value, .none: false
        }
    }

    /// The value of the first of these variables that is set.
    private static func firstSet(of names: [String]) -> String? {
        let environment = ProcessInfo.processInfo.environment
        return names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
}

extension ProviderDescription {
    /// The default source of its key: the first of its variables that is set, else the first.
    var usualKey: APIKeySource {
        let environment = ProcessInfo.processInfo.environment
        let set = credentials.first { environment[$0].map { !$0.isEmpty } ?? false }
        return (set ?? credentials.first).map { .environment($0) } ?? .none
    }

    /// The default ``ProviderSettings/keySource`` of a new batch; nil for a provider without a key.
    public var usualKeySource: String? { usualKey.stored }
}
