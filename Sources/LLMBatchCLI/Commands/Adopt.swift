import ArgumentParser
import LLMBatch

/// Takes a job at the provider for the batch's own.
struct Adopt: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Link a batch to a job at the provider when its submission is in doubt.",
        discussion:
            "For a create call whose outcome could not be proved: look the job up at the provider and give its id.")

    @Argument(help: BatchReference.help) var batch: String
    @Argument(help: "The provider's id of the job.") var remoteID: String
    @Option(help: "Which provider job of the latest attempt, from 1; left out: the one in doubt.") var job: Int?
    @Flag(help: "Take it also when it says itself that it is another batch's, or has another input.") var force = false
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        try await batch.adopt(remoteID, index: job, force: force)
        try await BatchWork(batch: batch, json: json).report()
    }
}
