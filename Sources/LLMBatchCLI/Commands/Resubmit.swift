import ArgumentParser
import LLMBatch

/// Submits again what is in doubt.
struct Resubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Submit again what may have been accepted (and may be billed twice).",
        discussion: "Check the provider's job list first: if the first submission was accepted, both are billed.")

    @Argument(help: BatchReference.help) var batch: String
    @Option(help: "The provider job of the latest attempt, from 1 (default: all in doubt).") var job: Int?
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        try await batch.resubmit(index: job)
        try await batch.start()
        try await BatchPresenter(batch: batch, json: json).report()
    }
}
