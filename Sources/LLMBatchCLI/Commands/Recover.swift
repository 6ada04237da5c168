import ArgumentParser
import LLMBatch

/// Makes a batch of a job of which nothing is left but the provider's id.
struct Recover: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a batch of a job at the provider, of which nothing is left here but its id.",
        discussion: """
            The requests are read back from the job's input, so the provider must keep it: bedrock does. Nothing is submitted.
            llmbatch recover arn:aws:bedrock:us-east-1:123456789012:model-invocation-job/abcdefghijkl --provider bedrock
            """)

    @Argument(help: "The provider's id of the job.") var remoteID: String
    @Option(help: "A name for the batch.") var name: String?
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        var settings = try provider.settings()
        try settings.recover(remoteID)
        let batch = try await Batch.recover(
            remoteID, provider: try ProviderCatalog.standard.provider(settings), storage: try await store.open(),
            name: name)
        try await BatchWork(batch: batch, json: json).report(isDone: true)
    }
}
