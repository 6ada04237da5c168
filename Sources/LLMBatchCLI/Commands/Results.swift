import ArgumentParser
import LLMBatch

/// Gives the results of a batch.
struct Results: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a batch's results in request order.",
        discussion: """
            --jsonl gives OpenAI batch result lines, as the provider sent them where it speaks that format.
            --native gives the provider's own lines, byte for byte as they were received.
            """)

    @Argument(help: BatchReference.help) var batch = "@last"
    @OptionGroup var outcomes: OutcomeArguments
    @Option(
        name: .shortAndLong,
        help: """
            Write the results to this file, whole or not at all; its name says how: .jsonl (OpenAI result lines), .json, \
            .csv, .tsv or .txt. - for result lines on standard output.
            """
    ) var output: String?
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print OpenAI batch result lines.") var jsonl = false
    @Flag(help: "Print the provider's own lines; requests without one are left out.") var native = false

    func validate() throws {
        guard [json, jsonl, output.map { $0 != "-" } ?? false].count(where: { $0 }) <= 1 else {
            throw ValidationError("Choose one of --json, --jsonl and --output.")
        }
        guard !(json && native) else { throw ValidationError("--native gives lines; choose it or --json.") }
    }

    func run() async throws {
        let form = try form()
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting())
        let selection = outcomes.outcome.map { ResultSelection.outcomes($0) } ?? .all
        let results = ResultOutput(batch: batch, selection: selection, form: form)
        var count = 0
        if let output, output != "-" {
            try await LineFile.write(to: output) { count = try await results.lines($0) }
            Terminal.say("The results are in \(output).")
        } else {
            var buffer = OutputBuffer()
            count = try await results.lines { try buffer.add(line: $0) }
            try buffer.flush()
        }
        for line in try await results.note(found: count) { Terminal.say(line) }
    }

    /// How the answers are to be written.
    private func form() throws -> ResultOutput.Form {
        if native { return .lines(.native) }
        if json { return .object }
        if let output, output != "-" { return try ResultOutput.Form(fileName: output) }
        return jsonl || output != nil ? .lines(.openAI) : .text
    }
}
