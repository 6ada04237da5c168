import ArgumentParser
import LLMBatch

/// Fetches the results of an ended batch again.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch the results that an ended batch is missing, if the provider still has them.",
        discussion: """
            Submits nothing and costs nothing. Requests without an answer (missing, expired, cancelled, or a line that could \
            not be read) get the provider's answer while it is kept there; existing answers stay unchanged.
            """)

    @Argument(help: BatchReference.help) var batch = "@last"
    @Option(help: "The provider job of each attempt, from 1 (default: all).") var job: Int?
    @OptionGroup var provider: ProviderArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting(), provider: provider)
        let found = try await batch.collectAgain(job: job)
        if json {
            try Terminal.print(
                json: CollectDocument(batch: try await BatchDocument(batch).batch, collected: .init(found)))
            let code = BatchSummary(record: try await batch.record()).exitCode
            if code != 0 { throw ExitCode(code) }
        } else {
            for line in Self.sentences(found) { Terminal.note(line) }
            try await BatchPresenter(batch: batch, json: false).report()
        }
    }

    /// The outcome as sentences.
    private static func sentences(_ found: LateResults) -> [String] {
        guard found.jobs > 0 else {
            return ["No provider job of the batch ended with answers missing; the provider was not contacted."]
        }
        var lines = ["\(found.recovered.counted("answer")) recovered from \(found.jobs.counted("provider job"))."]
        if found.explained > 0 {
            lines.append("\(found.explained.counted("more request")) now have the provider's own status.")
        }
        lines += found.gone.map {
            "The provider no longer has the results of job \($0.index) of attempt \($0.attempt)."
        }
        lines += found.running.map {
            "Job \($0.index) of attempt \($0.attempt) is still running at the provider; try again once it has ended."
        }
        return lines
    }
}

/// What `collect --json` prints.
private struct CollectDocument: Encodable {
    let schemaVersion = BatchDocument.schemaVersion
    let batch: BatchContent
    let collected: CollectedContent

    struct CollectedContent: Encodable {
        let jobs, recovered, explained, gone, running: Int

        init(_ found: LateResults) {
            jobs = found.jobs
            recovered = found.recovered
            explained = found.explained
            gone = found.gone.count
            running = found.running.count
        }
    }
}
