import ArgumentParser
import LLMBatch

/// Does everything: creates the batch, submits it, waits and collects.
struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Submit a file, wait, and collect the results.",
        discussion: "Safe to interrupt: running the same file again resumes the same batch.")

    @OptionGroup var source: SourceArguments
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        try await source.withBatch(in: try await store.open(), provider: work) { batch in
            let progress = BatchPresenter(batch: batch, json: json)
            if source.draft { try await progress.report() } else { try await progress.finish() }
        }
    }
}
