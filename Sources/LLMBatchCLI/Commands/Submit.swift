import ArgumentParser
import LLMBatch

/// Makes a batch and submits it, without waiting.
struct Submit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Submit a file without waiting for the results.",
        discussion:
            "llmbatch watch waits for it, from any process. Requests to a realtime provider are sent by llmbatch watch."
    )

    @OptionGroup var source: SourceArguments
    @OptionGroup var work: WorkArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "End with 75 when the provider's queue is full, instead of waiting until there is room.")
    var noWaitForRoom = false
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        try await source.withBatch(in: try await store.open(), provider: work) { batch in
            if !source.draft {
                let waits = !noWaitForRoom
                try await BatchWork(batch: batch, json: json).showing { try await $0.start(waitingForRoom: waits) }
                if try await !batch.record().status.isFinal {
                    for line in ProviderWarnings(try await batch.settings())?.onLeaving ?? [] { Terminal.say(line) }
                }
            }
            try await BatchWork(batch: batch, json: json).report()
        }
    }
}
