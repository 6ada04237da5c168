import Foundation
public import LLMBatchCore

extension BedrockBatchProvider: RecoveringProvider {
    /// Reads a job's requests from its input location. Their bodies stay in the model's native format.
    func recover(_ id: String) async throws(ProviderError) -> RecoveredJob {
        let object = try await object(id)
        guard let job = BedrockWire.job(object), let input = BedrockWire.input(object) else {
            throw WireReading.unreadable
        }
        let bucket = try bucket(input.bucket)
        let isFile = input.name.hasSuffix(".jsonl")
        let keys = isFile ? [input.key] : try await bucket.keys(prefix: input.key).filter { $0.hasSuffix(".jsonl") }
        let endpoint = adapters.endpoint(of: object)
        return RecoveredJob(job: job, provider: Provider(recovering(object)), endpoint: endpoint) { receive in
            for key in keys {
                var splitter = LineSplitter(maximumLength: LineLimits.result, after: 0)
                try await bucket.stream(key) { chunk in
                    let lines = try splitter.lines(in: chunk).map { try Self.canonical($0, of: key, endpoint) }
                    if !lines.isEmpty { try await receive(Array(lines.joined())) }
                }
                if let last = splitter.rest() { try await receive(try Self.canonical(last, of: key, endpoint)) }
            }
        }
    }

    func submitting() throws -> Provider {
        guard own.isRecovered else { return Provider(self) }
        var settings = settings
        settings.options["recovered"] = nil
        return Provider(try BedrockBatchProvider(settings, sharing: self))
    }

    /// This provider with the job's own settings, for reading only.
    private func recovering(_ job: JSONObject) -> BedrockBatchProvider {
        var settings = settings
        settings.model = job.string("modelId")
        settings.options["native"] = "true"
        settings.options["recovered"] = "true"
        settings.options["role"] = job.string("roleArn") ?? settings.options["role"]
        settings.options["bucket"] = BedrockWire.output(job)?.bucket ?? settings.options["bucket"]
        if job.string("modelInvocationType") == "Converse" { settings.options["converse"] = "true" }
        return (try? BedrockBatchProvider(settings, sharing: self)) ?? self
    }

    /// A record as a canonical line with a line feed; nothing for a blank line.
    private static func canonical(
        _ line: LineSplitter.Line, of key: String, _ endpoint: Endpoint
    ) throws -> [UInt8] {
        if line.bytes.isBlank { return [] }
        guard !line.isTooLong, let record = try? JSONObject(line.bytes), let body = record.object("modelInput"),
            let id = WireReading.filled(record.string("recordId"))
        else {
            throw LLMBatchError(
                .invalidInput, "\(key), line \(line.number): it is not a record with recordId and modelInput")
        }
        return Array(#"{"custom_id":"#.utf8) + JSONText.quoted(id)
            + Array(#","method":"POST","url":"\#(endpoint)","body":"#.utf8) + Array(body.text) + Array("}\n".utf8)
    }
}

extension Batch {
    /// Rebuilds a batch from the ARN of a Bedrock job.
    ///
    /// Like ``recover(_:provider:storage:name:)``, with the region, bucket, role and model of the job.
    ///
    /// - Parameters:
    ///   - jobARN: such as `arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghijkl`.
    ///   - keys: the source of the AWS credentials.
    ///   - baseURL: the address of Bedrock's control plane, when not Amazon's own.
    ///   - options: see docs/providers.md.
    public static func recover(
        jobARN: String, keys: AWSCredentialSource? = nil, baseURL: String? = nil, adapters: BedrockAdapters? = nil,
        options: [String: String] = [:], storage: (any BatchStorage)? = nil, name: String? = nil
    ) async throws -> Batch {
        var settings = ProviderSettings(name: "bedrock", baseURL: baseURL, options: options)
        try settings.recover(jobARN)
        return try await recover(
            jobARN, provider: try .bedrock(settings, keys: keys, adapters: adapters), storage: storage, name: name)
    }
}

extension ProviderSettings {
    /// Fills in the settings needed to recover a job by its id.
    ///
    /// - Throws: `invalidConfiguration` for an id that is not valid for the provider.
    public mutating func recover(_ id: String) throws {
        guard name == "bedrock" else { return }
        options["recovered"] = "true"
        let parts = id.split(separator: ":", omittingEmptySubsequences: false)
        if parts.count == 6, parts[0] == "arn", parts[2] == "bedrock" { options["region"] = String(parts[3]) }
        guard id.hasPrefix("arn:") == (parts.count == 6 && parts[2] == "bedrock") else {
            throw LLMBatchError(
                .invalidConfiguration, "\"\(id)\" is not the ARN of a job",
                remedy: "It looks like arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghijkl")
        }
    }
}
