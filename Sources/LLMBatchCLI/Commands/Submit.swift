import ArgumentParser
import LLMBatch

/// Creates a batch and submits it, without waiting.
struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Submit a file without waiting for the results.",
        discussion:
            "llmbatch watch waits for the results, from any process. For a realtime provider, llmbatch watch sends the requests."
    )

    @OptionGroup var source: SourceArguments
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Exit with 75 if the provider's queue is full, instead of waiting for capacity.")
    var noWaitForQueue = false
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        try await source.withBatch(in: try await store.open(), provider: work) { batch in
            if !source.draft {
                let waits = !noWaitForQueue
                try await BatchPresenter(batch: batch, json: json).showing {
                    try await $0.start(waitingForQueue: waits)
                }
                if try await !batch.record().status.isFinal {
                    for line in ProviderWarnings(try await batch.settings())?.onLeaving ?? [] { Terminal.note(line) }
                }
            }
            try await BatchPresenter(batch: batch, json: json).report()
        }
    }
}
