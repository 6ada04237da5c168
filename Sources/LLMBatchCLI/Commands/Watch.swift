import ArgumentParser
import LLMBatch

/// Drives a batch to its end.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Wait for a batch and collect its results.")

    @Argument(help: BatchReference.help) var batch = "@last"
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: work)
        try await BatchPresenter(batch: batch, json: json).finish()
    }
}
