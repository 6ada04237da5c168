import Foundation
public import LLMBatchCore

extension Provider {
    /// Amazon Bedrock's batch inference.
    ///
    /// - Parameters:
    ///   - model: the id, inference profile or ARN of the model of all requests; nil uses the model named in each body.
    ///   - bucket: a bucket of S3 in the same region, for inputs and answers.
    ///   - role: the ARN of the role that Bedrock assumes to access the bucket.
    ///   - region: `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile, when nil.
    ///   - baseURL: the address of Bedrock's control plane; `AWS_ENDPOINT_URL_BEDROCK`, else Amazon's own, when nil.
    ///   - keys: the source of the AWS credentials. A profile is stored by name; credentials are not stored.
    ///   - adapters: the formats of models. With custom adapters, a later process must be given the provider again.
    ///   - options: see docs/providers.md.
    /// - Throws: `invalidConfiguration` for invalid settings. Missing credentials are reported by the first call.
    public static func bedrock(
        model: String? = nil, bucket: String, role: String, region: String? = nil, baseURL: String? = nil,
        keys: AWSCredentialSource = .standard, adapters: BedrockAdapters? = nil, options: [String: String] = [:]
    ) throws -> Provider {
        var options = options
        options["bucket"] = bucket
        options["role"] = role
        if let region { options["region"] = region }
        if case .profile(let name) = keys { options["profile"] = name }
        let settings = ProviderSettings(
            name: "bedrock", model: model, baseURL: baseURL, keySource: keys.stored, options: options)
        return try bedrock(settings, keys: keys, adapters: adapters)
    }

    /// From stored settings, for a catalog with custom adapters.
    ///
    /// - Throws: `invalidConfiguration` for invalid settings, `keyRefused` for settings without a source of credentials, such
    ///   as those of a portable file.
    public static func bedrock(
        _ settings: ProviderSettings, keys: AWSCredentialSource? = nil, adapters: BedrockAdapters? = nil
    ) throws -> Provider {
        let environment = AWSEnvironment.process
        var settings = settings
        let profile = settings.options["profile"]
        // Values from the environment are filled in, so that the stored settings identify the same service anywhere.
        settings.options["region"] =
            settings.options["region"] ?? environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"]
            ?? environment.profiles[profile ?? environment.profile]?["region"]
        settings.options["s3-endpoint"] = settings.options["s3-endpoint"] ?? environment.endpoint(of: .s3)
        settings.options["iam-endpoint"] = settings.options["iam-endpoint"] ?? environment.endpoint(of: .iam)
        let region = settings.options["region"] ?? ""
        let usual = "https://bedrock.\(region).\(AWSPartition(region).domain)"
        let service = try ServiceURL(settings.baseURL ?? environment.endpoint(of: .bedrock) ?? usual)
        settings.baseURL = service.text == usual ? nil : service.text
        let source = keys ?? profile.map { .profile($0) } ?? .standard
        let provider = try BedrockBatchProvider(
            settings, service: service, isAmazons: service.text == usual,
            keys: AWSCredentialChain(source, region: region.isEmpty ? nil : region, environment: environment),
            adapters: adapters)
        guard keys != nil || settings.keySource != nil else {
            throw LLMBatchError(
                .keyRefused, "the imported batch names no source of AWS credentials",
                remedy: Remedy("To use your own, name your bucket, role and region as well", .give(.key)))
        }
        return Provider(provider)
    }
}
