import ArgumentParser
import LLMBatch

/// Rebuilds a batch from a provider job id alone.
struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rebuild a batch from a provider job id alone (Bedrock).",
        discussion: """
            Reads the requests back from the job's input, which must still exist; for bedrock it is in your bucket. \
            Submits nothing. The ARN of a job names its provider:

            llmbatch recover arn:aws:bedrock:REGION:ACCOUNT:model-invocation-job/ID
            """)

    @Argument(help: "The job's id at the provider.") var remoteID: String
    @Option(help: "A name for the batch.") var name: String?
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        var settings = try settings()
        try settings.recover(remoteID)
        let batch = try await Batch.recover(
            remoteID, provider: try ProviderCatalog.standard.provider(settings), storage: try await store.open(),
            name: name)
        try await BatchPresenter(batch: batch, json: json).report(isDone: true)
    }

    /// The provider of the job: the named one, else the one that the id belongs to.
    private func settings() throws -> ProviderSettings {
        let isBedrocks = remoteID.hasPrefix("arn:") && remoteID.split(separator: ":").dropFirst(2).first == "bedrock"
        guard let name = provider.provider ?? (isBedrocks ? "bedrock" : provider.name) else {
            throw LLMBatchError(
                .invalidConfiguration, "\"\(remoteID)\" does not identify a provider",
                remedy: "Name it with --provider NAME; only Bedrock jobs can be recovered")
        }
        return try provider.settings(of: name)
    }
}
