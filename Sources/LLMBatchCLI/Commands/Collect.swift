import ArgumentParser
import LLMBatch

/// Fetches the results of an ended batch once more.
struct Collect: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fetch once more what the provider has of a batch that ended with less than all answers.",
        discussion: """
            Nothing is submitted and nothing is paid for. Requests that have no answer (missing, expired, cancelled, or a line \
            that could not be read) get the provider's, as long as it keeps them; answers that are there stay as they are.
            """)

    @Argument(help: BatchReference.help) var batch = "@last"
    @Option(help: "Which provider job of each attempt, from 1; all when left out.") var job: Int?
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
            for line in Self.words(found) { Terminal.say(line) }
            try await BatchWork(batch: batch, json: false).report()
        }
    }

    /// What it brought, in words.
    private static func words(_ found: LateResults) -> [String] {
        guard found.jobs > 0 else {
            return ["No provider job of the batch ended with less than all answers; nobody was asked."]
        }
        var lines = ["\(found.recovered.counted("answer")) recovered from \(found.jobs.counted("provider job"))."]
        if found.explained > 0 {
            lines.append("Of \(found.explained.counted("further request")) the provider's own word is known now.")
        }
        lines += found.gone.map { "The provider has nothing any more of job \($0.index) of attempt \($0.attempt)." }
        lines += found.running.map {
            "The provider is still at work on job \($0.index) of attempt \($0.attempt); try again when it has ended."
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
