import ArgumentParser
import Foundation
import LLMBatch

/// Does everything: packs the rows into a batch, asks until each has its value, and writes the values.
struct JobRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Ask every row, and again what failed; write one line a row, in their order.",
        discussion: """
            Can be killed at any point and run again: the same job of the same rows goes on, and asks no row again that has
            its value. Rows left without a value carry the reason, and the exit code is 2.
            """)

    @OptionGroup var job: JobArguments
    @Option(help: "A name for the job, unique in the store. The same name is the same job.") var name: String?
    @Flag(help: "Make a second job (NAME-2 ...) when the one of that name asks something else.") var fork = false
    @Flag(name: .customLong("new"), help: "Make a new job even if there is one of the same content.") var alwaysNew =
        false
    @Flag(name: .customLong("no-stop"), help: "Rows without a value are no error to report: they are in the output.")
    var collectsErrors = false
    @Option(
        name: .shortAndLong,
        help: "Write the rows to this file (.jsonl, .csv or .tsv), whole or not at all; - for stdout.")
    var output: String?
    @OptionGroup var work: WorkArguments
    @OptionGroup var price: PriceArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if fork, name == nil { throw ValidationError("--fork goes with --name.") }
        if json, output == "-" { throw ValidationError("Choose one of --json and --output -.") }
    }

    func run() async throws {
        let began = Date.thisMillisecond
        if let output { try RowOutput.check(output) }
        let storage = try await store.open()
        let batch = try await FileTurn.taking(job.file) { try await self.batch(in: storage) }
        Interruption.resume(with: Terminal.command())
        let isNew = try await batch.record().createdAt >= began
        try await RefusedDraft.removing(batch, isNew: isNew) {
            try await JobRun.drive(batch, retries: job.maxRetries) {
                try await BatchWork(batch: $0, json: json).follow()
            }
        }
        if let output { try await RowOutput(batch: batch, path: output).write() }
        try await JobReport(batch: batch, output: output, seconds: Date().timeIntervalSince(began), price: price).give(
            json: json, isQuiet: output == "-", isError: !collectsErrors)
    }

    /// The job that is there already under its name or content, else a new one.
    private func batch(in storage: SQLiteStorage) async throws -> Batch {
        let (definition, rows) = (try job.definition(), try job.rows())
        var settings: ProviderSettings?
        if let name, let record = try await storage.batches(BatchQuery(name: name, limit: 1)).elements.first {
            guard !alwaysNew else { throw LLMBatchError.nameInUse(name, by: record.id) }
            let latest = try await storage.attempts(of: record.id).last?.provider
            settings = try work.changed(latest ?? record.provider)
        }
        if settings == nil { work.provider.announce() }
        let chosen = try ProviderCatalog.standard.provider(try settings ?? work.settings())
        let run = JobRun(definition: definition, provider: chosen, storage: storage)
        let batch: Batch
        if name == nil, !alwaysNew, let existing = try await run.existing(rows) {
            Terminal.say("This is job \(existing); going on with it (--new makes another).")
            batch = try await Batch.load(existing, storage: storage, provider: chosen)
        } else {
            batch = try await run.batch(of: rows, name: name, fork: fork)
        }
        if try await batch.record().status == .draft {
            for line in try await ProviderWarnings.ofModels(batch) { Terminal.say(line) }
        }
        return work.apply(to: batch).asking(work.concurrency ?? 3)
    }
}
