import ArgumentParser
import LLMBatch

/// Cancels a batch.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel a batch: what is answered by then is kept, the rest becomes cancelled.")

    @Argument(help: BatchReference.help) var batch = "@last"
    @Flag(help: "Wait until the batch has ended.") var wait = false
    @Flag(help: "Give up at once what is open and ask nobody: a job at the provider goes on there, and is paid for.")
    var abandon = false
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        if abandon {
            try await batch.abandon()
            return try await BatchWork(batch: batch, json: json).report(isDone: true)
        }
        let status = try await batch.record().status
        if status != .draft, !status.isFinal {
            for line in ProviderWarnings(try await batch.settings())?.onCancel ?? [] { Terminal.say(line) }
        }
        try await batch.cancel()
        let work = BatchWork(batch: batch, json: json)
        if wait { try await work.finish() } else { try await work.report(isDone: true) }
    }
}
