import ArgumentParser
import LLMBatch

/// Links a batch to a job at the provider.
struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Link a batch to a job at the provider when its submission is in doubt.",
        discussion:
            "Use this when the outcome of a create call could not be proved: find the job at the provider and give its id."
    )

    @Argument(help: BatchReference.help) var batch: String
    @Argument(help: "The job's id at the provider.") var remoteID: String
    @Option(help: "The provider job of the latest attempt, from 1 (default: the one in doubt).") var job: Int?
    @Flag(help: "Link it even if it belongs to another batch or has a different input.") var force = false
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        try await batch.adopt(remoteID, index: job, force: force)
        try await BatchPresenter(batch: batch, json: json).report()
    }
}
