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
        guard let endpoint = endpoint ?? Environment.filled("AZURE_OPENAI_ENDPOINT") else {
            throw LLMBatchError(
                .invalidConfiguration, "azure-openai needs the address of a resource",
                hint: "export AZURE_OPENAI_ENDPOINT=https://NAME.openai.azure.com, or give it as --base-url")
        }
        var options = options
        options["api-version"] = options["api-version"] ?? Environment.filled("OPENAI_API_VERSION")
        let version = options["api-version"]
        let service = try surface(of: endpoint, isOlder: version != nil)
        let source = apiKey ?? Environment.key(of: .azureOpenAI)
        let settings = ProviderSettings(
            name: "azure-openai", model: model, baseURL: service.text, keySource: source.stored, options: options)
        let isToken =
            try ProviderOptions(settings, known: ProviderDescription.azureOpenAI.options.keys.sorted()).flag("bearer")
            || source.stored == "env:AZURE_OPENAI_AD_TOKEN"
        guard let key = try APIKey.find(source, required: true) else {
            throw LLMBatchError(.keyRefused, "azure-openai needs a key")
        }
        let transport = HTTPTransport(
            service: service, credential: KeyCredential(key: key, header: isToken ? "authorization" : "api-key"),
            query: version.map { [("api-version", $0)] } ?? [], timeout: .seconds(60))
        // A token lives for an hour or so: the next one is of the same account.
        let account = ProviderAccount(
            provider: settings.name, baseURL: service.text, keyFingerprint: isToken ? nil : key.fingerprint)
        return Provider(
            try OpenAIBatchProvider(settings, .azureOpenAI, .azure, transport: transport, account: account))
    }

    /// The address of a surface: what is given is a resource, or says more already.
    private static func surface(of endpoint: String, isOlder: Bool) throws -> ServiceURL {
        let service = try ServiceURL(endpoint)
        let path = URLComponents(string: service.text)?.path ?? ""
        guard !path.hasSuffix("/openai/v1"), !(isOlder && path.hasSuffix("/openai")) else { return service }
        let root = path.hasSuffix("/openai") ? service.text : service.text + "/openai"
        return try ServiceURL(isOlder ? root : root + "/v1")
    }

    /// From stored settings.
    static func azureOpenAI(_ settings: ProviderSettings) throws -> Provider {
        try .azureOpenAI(
            model: settings.model, endpoint: settings.baseURL,
            apiKey: settings.keySource.map { APIKeySource(stored: $0) }, options: settings.options)
    }
}
