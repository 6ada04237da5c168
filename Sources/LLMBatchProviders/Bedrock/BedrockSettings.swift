import Foundation
import LLMBatchCore

/// The settings of a Bedrock provider, validated without a call.
struct BedrockSettings: Sendable {
    let region: String
    let bucket: String
    /// The prefix of input and output keys, with a trailing slash, or empty.
    let prefix: String
    /// The role that Bedrock assumes to access the bucket.
    let role: String
    /// How long a job may take, in hours.
    let hours: Int?
    let bucketOwner: String?
    let kmsKey: String?
    /// Whether jobs have the type `Converse`.
    let isConverse: Bool
    let isNative: Bool
    /// Whether the batch was recovered from a job, which is only read.
    let isRecovered: Bool
    let s3Endpoint: String?
    let iamEndpoint: String?

    init(_ options: ProviderOptions) throws {
        let isRecovered = try options.flag("recovered")
        func required(_ name: String, _ remedy: Remedy) throws -> String {
            guard let value = options.string(name), !value.isEmpty else {
                // The job names its own locations.
                if isRecovered, name != "region" { return "" }
                throw LLMBatchError(.invalidConfiguration, "bedrock needs the option \(name)", remedy: remedy)
            }
            return value
        }
        region = try required(
            "region",
            Remedy(
                nil, .give(.option("region", example: "us-east-1")),
                .give(.variable("AWS_REGION", example: "us-east-1"))))
        bucket = try required(
            "bucket",
            Remedy("Name an S3 bucket of yours in the same region", .give(.option("bucket", example: "NAME"))))
        role = try required(
            "role",
            Remedy(
                "Name the IAM role that Bedrock assumes",
                .give(.option("role", example: "arn:aws:iam::123456789012:role/NAME"))))
        let prefix = options.string("prefix") ?? "llmbatch"
        self.prefix = prefix.isEmpty || prefix.hasSuffix("/") ? prefix : prefix + "/"
        hours = try options.integer("hours", atLeast: 24)
        bucketOwner = options.string("bucket-owner")
        kmsKey = options.string("kms-key")
        isConverse = try options.flag("converse")
        isNative = try options.flag("native")
        self.isRecovered = isRecovered
        s3Endpoint = options.string("s3-endpoint")
        iamEndpoint = options.string("iam-endpoint")
        try check()
    }

    /// The account of the role, which is also the account of the job.
    var accountID: String? {
        let parts = role.split(separator: ":")
        return parts.count > 3 ? String(parts[3]) : nil
    }

    /// The role's name, without its path.
    var roleName: String { role.split(separator: "/").last.map(String.init) ?? "" }

    /// Source: the patterns of `CreateModelInvocationJob` in Bedrock's service model, and S3's rules for names.
    private func check() throws {
        func expect(_ name: String, _ value: String, _ pattern: Regex<Substring>, _ wanted: String) throws {
            if value.isEmpty, isRecovered { return }
            guard value.wholeMatch(of: pattern) == nil else { return }
            throw LLMBatchError(
                .invalidConfiguration, "option \(name) of bedrock is \"\(value)\", but must be \(wanted)")
        }
        try expect("region", region, /[a-z]{2}(?:-[a-z]+)+-\d/, "a region, such as us-east-1")
        try expect("bucket", bucket, /[a-z0-9][a-z0-9.\-]{1,61}[a-z0-9]/, "the name of a bucket, without s3://")
        try expect(
            "role", role, /arn:aws(?:-[a-z]+)*:iam::\d{12}:role\/.{1,2000}/,
            "the ARN of a role, such as arn:aws:iam::123456789012:role/NAME")
        try expect("prefix", prefix, /[A-Za-z0-9\-!_*'().\/]{0,500}/, "of letters, digits and -!_*'()./")
        try expect("bucket-owner", bucketOwner ?? "000000000000", /\d{12}/, "an account's twelve digits")
        guard hours ?? 24 <= 168 else {
            throw LLMBatchError(.invalidConfiguration, "option hours of bedrock must be from 24 to 168")
        }
    }
}

/// An object or a folder of S3 as `s3://BUCKET/KEY`.
struct S3Location: Sendable, Hashable {
    let bucket: String
    let key: String

    init(bucket: String, key: String) {
        self.bucket = bucket
        self.key = key
    }

    init?(_ uri: String?) {
        guard let uri, uri.hasPrefix("s3://") else { return nil }
        let parts = uri.dropFirst(5).split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
        guard let bucket = parts.first, !bucket.isEmpty else { return nil }
        self.init(bucket: String(bucket), key: parts.count > 1 ? String(parts[1]) : "")
    }

    var uri: String { "s3://\(bucket)/\(key)" }

    /// The last part of the key.
    var name: String { key.split(separator: "/").last.map(String.init) ?? "" }

    /// A location below this one.
    func appending(_ path: String) -> S3Location {
        S3Location(bucket: bucket, key: key.isEmpty || key.hasSuffix("/") ? key + path : "\(key)/\(path)")
    }
}
