import ArgumentParser
import LLMBatch

/// Works on a batch until it ends.
struct Watch: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Wait for a batch and collect its results.")

    @Argument(help: BatchReference.help) var batch = "@last"
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: work)
        try await BatchWork(batch: batch, json: json).finish()
    }
}
