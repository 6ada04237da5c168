import ArgumentParser
import LLMBatch

/// Makes a batch of a job of which nothing is left but the provider's id.
struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Rebuild a batch from a job at the provider (Bedrock).",
        discussion: """
            The requests are read back from the job's input, which must be at hand: that of bedrock lies in your bucket. \
            Nothing is submitted. The ARN of a job says who has it:

            llmbatch recover arn:aws:bedrock:REGION:ACCOUNT:model-invocation-job/ID
            """)

    @Argument(help: "The provider's id of the job.") var remoteID: String
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
        try await BatchWork(batch: batch, json: json).report(isDone: true)
    }

    /// Who has the job: the one that is named, else the one whose id it is.
    private func settings() throws -> ProviderSettings {
        let isBedrocks = remoteID.hasPrefix("arn:") && remoteID.split(separator: ":").dropFirst(2).first == "bedrock"
        guard let name = provider.provider ?? (isBedrocks ? "bedrock" : provider.name) else {
            throw LLMBatchError(
                .invalidConfiguration, "\"\(remoteID)\" does not say which provider has the job",
                hint: "Name it with --provider NAME; only Bedrock jobs can be recovered")
        }
        return try provider.settings(of: name)
    }
}
