import Foundation
public import LLMBatchCore

extension Provider {
    /// Azure OpenAI: the models are deployments of one resource.
    ///
    /// - Parameters:
    ///   - model: the deployment, which replaces the model in each request's body; nil leaves the bodies unchanged.
    ///   - endpoint: the resource, `https://NAME.openai.azure.com`; `AZURE_OPENAI_ENDPOINT` when nil.
    ///   - apiKey: `AZURE_OPENAI_AD_TOKEN`, which is a token, else `AZURE_OPENAI_API_KEY`, when nil.
    ///   - options: see docs/providers.md.
    /// - Throws: `keyRefused` when the key is missing, `invalidConfiguration` for invalid settings.
    public static func azureOpenAI(
        model: String? = nil, endpoint: String? = nil, apiKey: APIKeySource? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        try ProviderDefinition.azureOpenAI.provider(
            model: model, baseURL: endpoint, apiKey: apiKey, options: options)
    }
}

extension ProviderDefinition {
    static let azureOpenAI = ProviderDefinition(.azureOpenAI) { settings, source in
        let environment = ProcessInfo.processInfo.environment.filter { !$0.value.isEmpty }
        guard let endpoint = settings.baseURL ?? environment["AZURE_OPENAI_ENDPOINT"] else {
            throw LLMBatchError(
                .invalidConfiguration, "azure-openai needs the address of a resource",
                remedy: Remedy(
                    nil, .give(.variable("AZURE_OPENAI_ENDPOINT", example: "https://NAME.openai.azure.com")),
                    .give(.baseURL("https://NAME.openai.azure.com"))))
        }
        var settings = settings
        settings.options["api-version"] = settings.options["api-version"] ?? environment["OPENAI_API_VERSION"]
        let version = settings.options["api-version"]
        settings.baseURL = try surface(of: endpoint, isOlder: version != nil).text
        let options = try ProviderOptions(settings, of: .azureOpenAI)
        let isToken = try options.flag("bearer") || source == .environment("AZURE_OPENAI_AD_TOKEN")
        // Every resource has its own address, so there is no default.
        return try KeyedService(description: .azureOpenAI, address: "").provider(settings, key: source) {
            settings, service, key in
            let credential = key.map { KeyCredential(key: $0, header: isToken ? "authorization" : "api-key") }
            let transport = HTTPTransport(
                service: service, credential: credential ?? NoCredential(),
                query: version.map { [("api-version", $0)] } ?? [], timeout: .seconds(60))
            // A token expires after about an hour, and the next one belongs to the same account.
            let account = ProviderAccount(
                provider: settings.name, baseURL: service.text, keyFingerprint: isToken ? nil : key?.fingerprint)
            return Provider(
                try OpenAIBatchProvider(settings, .azureOpenAI, .azure, transport: transport, account: account))
        }
    }

    /// The address of an API surface, from that of a resource or of the surface itself.
    private static func surface(of endpoint: String, isOlder: Bool) throws -> ServiceURL {
        let service = try ServiceURL(endpoint)
        let path = URLComponents(string: service.text)?.path ?? ""
        guard !path.hasSuffix("/openai/v1"), !(isOlder && path.hasSuffix("/openai")) else { return service }
        let root = path.hasSuffix("/openai") ? service.text : service.text + "/openai"
        return try ServiceURL(isOlder ? root : root + "/v1")
    }
}
