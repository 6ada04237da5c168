import ArgumentParser
import LLMBatch

/// Allows another try of what is in doubt.
struct Resubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Submit again what may have been accepted (it may be paid for twice).",
        discussion: "Look at the provider's list first: if the first submission was accepted, both are paid for.")

    @Argument(help: BatchReference.help) var batch: String
    @Option(help: "Which provider job of the latest attempt, from 1; all that are in doubt when left out.") var job:
        Int?
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        try await batch.resubmit(index: job)
        try await batch.start()
        try await BatchWork(batch: batch, json: json).report()
    }
}
