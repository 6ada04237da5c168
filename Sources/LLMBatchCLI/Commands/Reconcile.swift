import ArgumentParser
import LLMBatch

/// Searches the provider's list for what is in doubt.
struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Look once more for a submission in doubt at the provider.",
        discussion: """
            A create call that is proved not to have been accepted is sent again. A job that was accepted once and is not \
            found is not made again: that is llmbatch resubmit.
            """)

    @Argument(help: BatchReference.help) var batch: String
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        try await batch.reconcile()
        try await BatchWork(batch: batch, json: json).report()
    }
}
