import ArgumentParser
import LLMBatch

/// Makes a batch and submits it, without waiting.
struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Make a batch of a file and submit it; llmbatch watch waits for it, from any process.",
        discussion: "A realtime provider has nothing to submit to: its requests are asked by llmbatch watch.")

    @OptionGroup var source: SourceArguments
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        try await source.withBatch(in: try await store.open(), provider: work) { batch in
            if !source.draft {
                try await batch.start()
                if try await !batch.record().status.isFinal {
                    for line in ProviderWarnings(try await batch.settings())?.onLeaving ?? [] { Terminal.say(line) }
                }
            }
            try await BatchWork(batch: batch, json: json).report()
        }
    }
}
