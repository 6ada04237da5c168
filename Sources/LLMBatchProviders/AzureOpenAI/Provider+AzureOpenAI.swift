import Foundation
public import LLMBatchCore

extension Provider {
    /// Azure OpenAI: the models are deployments of one resource.
    ///
    /// - Parameters:
    ///   - model: the deployment, in place of the model in each request's body; nil leaves the bodies as they are.
    ///   - endpoint: the resource, `https://NAME.openai.azure.com`; `AZURE_OPENAI_ENDPOINT` when nil.
    ///   - apiKey: `AZURE_OPENAI_AD_TOKEN`, which is a token, else `AZURE_OPENAI_API_KEY`, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when there is no key, `invalidConfiguration` for settings that make no sense.
    public static func azureOpenAI(
        model: String? = nil, endpoint: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        let settings = ProviderSettings(name: "azure-openai", model: model, baseURL: endpoint, options: options)
        return try azureOpenAI(settings, key: apiKey ?? ProviderDescription.azureOpenAI.usualKey)
    }

    /// From stored settings.
    static func azureOpenAI(_ settings: ProviderSettings) throws -> Provider {
        try azureOpenAI(settings, key: try APIKeySource(stored: settings.keySource))
    }

    private static func azureOpenAI(_ settings: ProviderSettings, key source: APIKeySource) throws -> Provider {
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        guard let endpoint = settings.baseURL ?? environment["AZURE_OPENAI_ENDPOINT"] else {
            throw LLMBatchError(
                .invalidConfiguration, "azure-openai needs the address of a resource",
                hint: "export AZURE_OPENAI_ENDPOINT=https://NAME.openai.azure.com, or give it as --base-url")
        }
        var settings = settings
        settings.options["api-version"] = settings.options["api-version"] ?? environment["OPENAI_API_VERSION"]
        let version = settings.options["api-version"]
        settings.baseURL = try surface(of: endpoint, isOlder: version != nil).text
        let options = try ProviderOptions(settings, known: ProviderDescription.azureOpenAI.options.keys.sorted())
        let isToken = try options.flag("bearer") || source == .environment("AZURE_OPENAI_AD_TOKEN")
        // A resource has no address of its own that would go without saying.
        return try KeyedService(description: .azureOpenAI, address: "").provider(settings, key: source) {
            settings, service, key in
            let credential = key.map { KeyCredential(key: $0, header: isToken ? "authorization" : "api-key") }
            let transport = HTTPTransport(
                service: service, credential: credential ?? NoCredential(),
                query: version.map { [("api-version", $0)] } ?? [], timeout: .seconds(60))
            // A token lives for an hour or so: the next one is of the same account.
            let account = ProviderAccount(
                provider: settings.name, baseURL: service.text, keyFingerprint: isToken ? nil : key?.fingerprint)
            return Provider(
                try OpenAIBatchProvider(settings, .azureOpenAI, .azure, transport: transport, account: account))
        }
    }

    /// The address of a surface: what is given is a resource, or says more already.
    private static func surface(of endpoint: String, isOlder: Bool) throws -> ServiceURL {
        let service = try ServiceURL(endpoint)
        let path = URLComponents(string: service.text)?.path ?? ""
        guard !path.hasSuffix("/openai/v1"), !(isOlder && path.hasSuffix("/openai")) else { return service }
        let root = path.hasSuffix("/openai") ? service.text : service.text + "/openai"
        return try ServiceURL(isOlder ? root : root + "/v1")
    }
}
