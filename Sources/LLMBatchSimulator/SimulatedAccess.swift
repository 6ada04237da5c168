/// The settings with which `llmbatch`, or your own program, works with a simulator as it would with the real service.
public struct SimulatedAccess: Sendable {
    /// Environment variables: made-up keys, and addresses.
    public var environment: [String: String] = [:]
    /// The options that the provider requires.
    public var options: [String: String] = [:]
    /// The model to use in requests that name none of the service's; nil when any will do.
    public var model: String?

    /// The endpoint of the requests that it accepts.
    public var endpoint = "/v1/chat/completions"

    /// The environment variable for the key.
    var keyVariable: String?

    /// The access to a service that needs a key.
    static func key(_ variable: String, options: [String: String] = [:]) -> SimulatedAccess {
        SimulatedAccess(options: options, keyVariable: variable)
    }
}

extension ProviderSimulator {
    /// How to reach this simulator. The key is the one in its script, or an arbitrary one.
    public var access: SimulatedAccess {
        var access = kind.access(origin)
        if let variable = access.keyVariable { access.environment[variable] = script.apiKey ?? "simulated" }
        return access
    }
}

extension ProviderSimulator.Kind {
    /// Every available simulator, named after its provider.
    public static let all: [Self] = [
        .openAI, .azureOpenAI, .anthropic, .gemini, .vertexAI, .bedrock, .mistral, .groq, .together, .fireworks, .xAI,
        .openRouter, .digitalOcean, .perplexity, .dashScope, .novita, .siliconFlow, .deepInfra, .zhipu, .morph, .nebius,
    ]

    var access: @Sendable (_ origin: String) -> SimulatedAccess {
        switch name {
        case "azure-openai": { _ in .key("AZURE_OPENAI_API_KEY") }
        case "perplexity":
            { _ in SimulatedAccess(endpoint: "/v1/responses", keyVariable: "PERPLEXITY_API_KEY") }
        case "zhipu": { _ in .key("ZHIPUAI_API_KEY") }
        case "digitalocean": { _ in .key("MODEL_ACCESS_KEY") }
        case "fireworks": { _ in .key("FIREWORKS_API_KEY", options: ["account": "simulated"]) }
        case "bedrock": Self.awsAccess
        case "vertex-ai": Self.googleAccess
        default: { [name] _ in .key(name.uppercased() + "_API_KEY") }
        }
    }

    private static func awsAccess(_ origin: String) -> SimulatedAccess {
        let environment = ["AWS_ACCESS_KEY_ID": "AKIASIMULATED", "AWS_ENDPOINT_URL": origin]
        let role = "arn:aws:iam::123456789012:role/BatchRole"
        return SimulatedAccess(
            environment: environment, options: ["bucket": "batches", "role": role, "region": "us-east-1"],
            model: "anthropic.claude-3-haiku-20240307-v1:0", keyVariable: "AWS_SECRET_ACCESS_KEY")
    }

    /// The access on a Google Cloud machine, whose metadata server issues the tokens.
    private static func googleAccess(_ origin: String) -> SimulatedAccess {
        SimulatedAccess(
            environment: [
                "GCE_METADATA_HOST": String(origin.dropFirst("http://".count)), "GOOGLE_APPLICATION_CREDENTIALS": "",
                "CLOUDSDK_CONFIG": "/nowhere", "GOOGLE_CLOUD_PROJECT": "simulated-project",
            ], options: ["bucket": "gs://simulated-bucket", "location": "us-central1", "storage-url": origin],
            model: "gemini-2.5-flash")
    }
}
