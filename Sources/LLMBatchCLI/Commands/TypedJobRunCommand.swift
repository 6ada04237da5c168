import ArgumentParser
import Foundation
import LLMBatch

/// Does everything: groups the rows into requests, retries until each row has a value, and writes the values.
struct TypedJobRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Run a prompt over every row, retry what failed, and write one result per row.",
        discussion: """
            Safe to interrupt: the same command resumes the same job and sends only rows without a value. If some rows fail, \
            they carry the reason and the exit code is 2.

            llmbatch job run reviews.csv --prompt-file prompt.txt --schema sentiment.json --provider openai -o out.csv
            """)

    @OptionGroup var job: TypedJobArguments
    @Option(help: "A name for the job, unique in the store; reusing it resumes the same job.") var name: String?
    @Flag(help: "Create a second job (NAME-2, …) if the existing job of that name differs.") var fork = false
    @Flag(name: .customLong("new"), help: "Create a new job even if the same one was run before.") var alwaysNew =
        false
    @Flag(name: .customLong("no-stop"), help: "Exit 0 even if some rows failed.")
    var collectsErrors = false
    @Option(
        name: .shortAndLong,
        help: "Write the rows to this file (.jsonl, .csv or .tsv) atomically; - for standard output.")
    var output: String?
    @OptionGroup var work: WorkArguments
    @OptionGroup var price: PriceArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if fork, name == nil { throw ValidationError("--fork needs --name.") }
        if json, output == "-" { throw ValidationError("Choose one of --json and --output -.") }
    }

    func run() async throws {
        let began = Date.thisMillisecond
        if let output { try RowOutput.check(output) }
        let storage = try await store.open()
        let batch = try await FileLock.taking(job.file) {
            try await PipedCommand.hinted(job.file, format: job.formatWhenPiped) { try await self.batch(in: storage) }
        }
        Interruption.resume(with: Terminal.command())
        let isNew = try await batch.record().createdAt >= began
        try await RefusedDraft.removing(batch, isNew: isNew) {
            try await TypedJobRun.drive(batch, retries: job.maxRetries) {
                try await BatchPresenter(batch: $0, json: json).follow()
            }
        }
        if let output { try await RowOutput(batch: batch, path: output).write() }
        try await TypedJobReport(batch: batch, output: output, seconds: Date().timeIntervalSince(began), price: price)
            .give(
                json: json, isQuiet: output == "-", isError: !collectsErrors)
    }

    /// The existing job of this name or content, else a new one.
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
        let run = TypedJobRun(
            definition: definition, provider: chosen, storage: storage,
            acceptsOtherAccount: work.provider.acceptsOtherAccount)
        let batch: Batch
        if name == nil, !alwaysNew,
            let existing = try await existing(rows, run, Resumption(storage: storage, choice: work))
        {
            Terminal.note("Resuming job \(existing), created from the same rows (--new starts over).")
            batch = try await Batch.load(existing, storage: storage, provider: chosen)
        } else {
            if name == nil, !work.reuse {
                try await Resumption(storage: storage, choice: work)
                    .mention(run.requests(of: rows), chosen.settings)
            }
            batch = try await run.batch(of: rows, name: name, fork: fork)
        }
        if try await batch.record().status == .draft {
            for line in try await ProviderWarnings.ofModels(batch) { Terminal.note(line) }
        }
        return work.apply(to: batch).asking(work.concurrency)
    }

    /// The existing unnamed job of these rows; nil if a new one is needed.
    private func existing(_ rows: RowSource, _ run: TypedJobRun, _ resumption: Resumption) async throws -> BatchID? {
        switch try await run.earlier(rows, where: resumption.isTrusted) {
        case .same(let record, let differences):
            try resumption.checkAccount(record, differences, what: "job")
            return record.id
        case .other(let record, let differences):
            Terminal.note(Resumption.note(of: record, differences, what: "job"))
            return nil
        case .nothing: return nil
        }
    }
}
