import Foundation
public import LLMBatchCore

/// A service that is found by an address and lets in whoever has its key: what the settings leave open is filled in from
/// the environment, so that what is stored leads to the same service from anywhere.
struct KeyedService {
    let description: ProviderDescription
    /// Its own address.
    let address: String
    /// Variables that may name another one, the first that is set.
    var addressVariables: [String] = []
    /// What comes behind the address that such a variable holds.
    var addressSuffix = ""

    /// Builds a provider of the service.
    ///
    /// - Parameter make: is given the settings to be stored, the address and the key.
    /// - Throws: `keyRefused` when there is no key though the service is its own or a place was named for the key,
    ///   `invalidConfiguration` for settings that make no sense.
    func provider(
        _ settings: ProviderSettings, key source: APIKeySource,
        _ make: (ProviderSettings, ServiceURL, APIKey?) throws -> Provider
    ) throws -> Provider {
        var settings = settings
        let service = try ServiceURL(settings.baseURL ?? addressOfEnvironment ?? address)
        settings.baseURL = service.text == address ? nil : service.text
        settings.keySource = source.stored
        // A service of one's own may ask for no key, unless somebody said where it is; one that has no address of its own is
        // none.
        let isRequired = settings.baseURL == nil || address.isEmpty || isNamed(source)
        return try make(settings, service, try source.key(required: isRequired))
    }

    private var addressOfEnvironment: String? {
        guard var text = Self.firstSet(of: addressVariables) else { return nil }
        while !addressSuffix.isEmpty, text.hasSuffix("/") { text.removeLast() }
        return text + addressSuffix
    }

    /// True for a place other than the usual ones: somebody meant it.
    private func isNamed(_ source: APIKeySource) -> Bool {
        switch source {
        case .environment(let name): !description.credentials.contains(name)
        case .file: true
        case .value, .none: false
        }
    }

    /// What the first of these variables holds that holds something.
    private static func firstSet(of names: [String]) -> String? {
        let environment = ProcessInfo.processInfo.environment
        return names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
}

extension ProviderDescription {
    /// Where its key is looked for when nobody says: the first of its variables that is set, else the first.
    var usualKey: APIKeySource {
        let environment = ProcessInfo.processInfo.environment
        let set = credentials.first { environment[$0].map { !$0.isEmpty } ?? false }
        return (set ?? credentials.first).map { .environment($0) } ?? .none
    }

    /// ``ProviderSettings/keySource`` of a new batch where nobody says; nil for a provider that takes no key.
    public var usualKeySource: String? { usualKey.stored }
}
