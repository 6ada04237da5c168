import ArgumentParser
import LLMBatch

/// Prints the results of a batch.
struct Results: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a batch's results in request order.",
        discussion: """
            --jsonl prints OpenAI batch result lines, unchanged if the provider uses that format.
            --native prints the provider's own lines, byte for byte as received.
            """)

    @Argument(help: BatchReference.help) var batch = "@last"
    @OptionGroup var outcomes: OutcomeArguments
    @Option(
        name: .shortAndLong,
        help: """
            Write the results to this file atomically; its extension chooses the format: .jsonl (OpenAI result lines), .json, \
            .csv, .tsv or .txt. - writes result lines to standard output.
            """
    ) var output: String?
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print OpenAI batch result lines.") var jsonl = false
    @Flag(help: "Print the provider's own lines, skipping requests without one.") var native = false

    func validate() throws {
        guard [json, jsonl, output.map { $0 != "-" } ?? false].count(where: { $0 }) <= 1 else {
            throw ValidationError("Choose one of --json, --jsonl and --output.")
        }
        guard !(json && native) else { throw ValidationError("Choose one of --native and --json.") }
    }

    func run() async throws {
        let form = try form()
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting())
        let selection = outcomes.outcome.map { ResultSelection.outcomes($0) } ?? .all
        let results = ResultOutput(batch: batch, selection: selection, form: form)
        var count = 0
        if let output, output != "-" {
            try await LineFile.write(to: output) { count = try await results.lines($0) }
            Terminal.note("Results written to \(output).")
        } else {
            var buffer = OutputBuffer()
            count = try await results.lines { try buffer.add(line: $0) }
            try buffer.flush()
        }
        for line in try await results.note(found: count) { Terminal.note(line) }
    }

    /// The format of the answers.
    private func form() throws -> ResultOutput.Form {
        if native { return .lines(.native) }
        if json { return .object }
        if let output, output != "-" { return try ResultOutput.Form(fileName: output) }
        return jsonl || output != nil ? .lines(.openAI) : .text
    }
}
