import ArgumentParser
import LLMBatch

/// Cancels a batch.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel a batch; answers that are done by then are kept.",
        discussion: "Without BATCH the newest is meant: on a terminal you are asked first, elsewhere --yes is needed.")

    @Argument(help: BatchReference.help) var batch: String?
    @Flag(name: .shortAndLong, help: "Cancel the newest batch without asking.") var yes = false
    @Flag(help: "Wait until the batch has ended.") var wait = false
    @Flag(help: "Give up at once what is open and ask nobody: a job at the provider goes on there, and is paid for.")
    var abandon = false
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let storage = try store.openExisting()
        let batch = try await BatchReference(text: batch ?? "@last").find(in: storage, provider: provider)
        if self.batch == nil, !yes { try await confirm(batch) }
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

    /// Nobody named the batch, so it may not be the one that is meant.
    private func confirm(_ batch: Batch) async throws {
        let record = try await batch.record()
        let name = record.name.map { " \"\($0)\"" } ?? ""
        let headline = try await BatchSummary(batch, record).headline
        guard Terminal.canAsk else {
            throw LLMBatchError(
                .usage, "cancel needs to be told which batch: the newest is \(record.id)\(name), \(headline)",
                hint:
                    "llmbatch cancel \(record.id)  # cancels it; or add --yes to cancel the newest one, whichever it is"
            )
        }
        guard try await Terminal.confirms("Cancel batch \(record.id)\(name) (\(headline))?") else {
            Terminal.say("Nothing was cancelled.")
            throw ExitCode(1)
        }
    }
}
