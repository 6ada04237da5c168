import ArgumentParser
import LLMBatch

/// Cancels a batch.
struct Cancel: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Cancel a batch, keeping the answers that are done.",
        discussion: "Without BATCH, cancels the newest batch: a terminal asks for confirmation, a script needs --yes.")

    @Argument(help: BatchReference.help) var batch: String?
    @Flag(name: .shortAndLong, help: "Cancel the newest batch without confirmation.") var yes = false
    @Flag(help: "Wait until the batch has ended.") var wait = false
    @Flag(help: "Give up open requests without contacting the provider; a job there keeps running and is billed.")
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
            return try await BatchPresenter(batch: batch, json: json).report(isDone: true)
        }
        let status = try await batch.record().status
        if status != .draft, !status.isFinal {
            for line in ProviderWarnings(try await batch.settings())?.onCancel ?? [] { Terminal.note(line) }
        }
        try await batch.cancel()
        let work = BatchPresenter(batch: batch, json: json)
        if wait { try await work.finish() } else { try await work.report(isDone: true) }
    }

    /// Asks for confirmation: no batch was named, so the newest may not be the one that is meant.
    private func confirm(_ batch: Batch) async throws {
        let record = try await batch.record()
        let name = record.name.map { " \"\($0)\"" } ?? ""
        let headline = try await BatchSummary(batch, record).headline
        guard Terminal.canAsk else {
            throw LLMBatchError(
                .usage, "cancel needs the id or name of a batch; the newest is \(record.id)\(name), \(headline)",
                remedy:
                    Remedy(
                        RemedyText.command(
                            "cancel \(record.id)",
                            "cancels it; --yes cancels the newest batch, whichever it is"))
            )
        }
        guard try await Terminal.confirms("Cancel batch \(record.id)\(name) (\(headline))?") else {
            Terminal.note("Nothing was cancelled.")
            throw ExitCode(1)
        }
    }
}
