import ArgumentParser
import LLMBatch

/// Searches the provider's job list for a submission in doubt.
struct Reconcile: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Search the provider again for a submission in doubt.",
        discussion: """
            Sends a create call again if it was provably not accepted. A job that was accepted and cannot be found is not \
            created again; use llmbatch resubmit for that.
            """)

    @Argument(help: BatchReference.help) var batch: String
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        try await batch.reconcile()
        try await BatchPresenter(batch: batch, json: json).report()
    }
}
