import ArgumentParser
import LLMBatch

/// Does everything: makes the batch, submits it, waits and collects.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a batch of a file, submit it, wait for it and collect its results.",
        discussion: "Can be killed at any point and run again: the same file is the same batch, and it goes on.")

    @OptionGroup var source: SourceArguments
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        try await source.withBatch(in: try await store.open(), provider: work) { batch in
            let progress = BatchWork(batch: batch, json: json)
            if source.draft { try await progress.report() } else { try await progress.finish() }
        }
    }
}
