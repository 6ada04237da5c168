import ArgumentParser
import LLMBatch

/// Retries what did not succeed.
struct Retry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Retry the requests that failed, in a new attempt.",
        discussion: "--provider and --model send the attempt elsewhere. Options given here override the stored ones.")

    @Argument(help: BatchReference.help) var batch = "@last"
    @OptionGroup var outcomes: UnsuccessfulArguments
    @Flag(help: "Wait until the attempt has ended.") var wait = false
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(
            in: try store.openExisting(), provider: work, isRetry: true)
        let progress = BatchPresenter(batch: batch, json: json)
        let selected = outcomes.outcome ?? Outcome.unsuccessful
        try await progress.showing { try await $0.retry(selected) }
        if wait { try await progress.finish() } else { try await progress.report() }
    }
}
