import Foundation
public import LLMBatchCore

extension Provider {
    /// Amazon Bedrock's batch inference.
    ///
    /// - Parameters:
    ///   - model: the id, inference profile or ARN of the model of all requests; nil takes the one that each body names.
    ///   - bucket: a bucket of S3 in the same region, for inputs and answers.
    ///   - role: the ARN of the role that Bedrock takes on to read and write the bucket.
    ///   - region: `AWS_REGION`, `AWS_DEFAULT_REGION`, or that of the profile, when nil.
    ///   - baseURL: the address of Bedrock's control plane; `AWS_ENDPOINT_URL_BEDROCK`, else Amazon's own, when nil.
    ///   - keys: whose calls they are. A profile is remembered by its name, keys are not.
    ///   - adapters: how models are spoken with; a later process must be given the provider again when there are own ones.
    ///   - options: see docs/providers.md.
    /// - Throws: `invalidConfiguration` for settings that make no sense. Missing keys show at the first call.
    public static func bedrock(
        model: String? = nil, bucket: String, role: String, region: String? = nil, baseURL: String? = nil,
        keys: AWSKeySource = .standard, adapters: BedrockAdapters? = nil, options: [String: String] = [:]
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

    /// From settings, as they are stored; for a catalog that knows adapters of one's own.
    ///
    /// - Throws: `invalidConfiguration` for settings that cannot be; `keyRefused` for settings that do not say where the
    ///   keys come from, as those of a portable file do not.
    public static func bedrock(
        _ settings: ProviderSettings, keys: AWSKeySource? = nil, adapters: BedrockAdapters? = nil
    ) throws -> Provider {
        let environment = AWSEnvironment.process
        var settings = settings
        let profile = settings.options["profile"]
        // What the environment says is filled in, so that the stored settings lead to the same service from anywhere.
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
            keys: AWSKeyChain(source, region: region.isEmpty ? nil : region, environment: environment),
            adapters: adapters)
        guard keys != nil || settings.keySource != nil else {
            throw LLMBatchError(
                .keyRefused, "the batch does not say whose AWS keys it may use, as it came in a file",
                hint: "To use yours: --api-key-env AWS_SECRET_ACCESS_KEY, with the bucket, role and region of your own")
        }
        return Provider(provider)
    }
}
