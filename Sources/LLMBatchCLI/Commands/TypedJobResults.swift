import ArgumentParser
import LLMBatch

/// Prints the rows of a job with their values.
struct TypedJobResults: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "results",
        abstract: "Print the rows of a job with their values, one line per row.")

    @Argument(help: BatchReference.help) var batch = "@last"
    @Option(
        name: .shortAndLong,
        help: "Write the rows to this file (.jsonl, .csv or .tsv) atomically; - for standard output.")
    var output: String?
    @OptionGroup var price: PriceArguments
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object with the state of the job.") var json = false

    func validate() throws {
        if json, output == "-" { throw ValidationError("Choose one of --json and --output -.") }
    }

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting())
        if let output { try RowOutput.check(output) }
        if let output { try await RowOutput(batch: batch, path: output).write() }
        if json {
            return try await TypedJobReport(batch: batch, output: output, seconds: nil, price: price).give(json: true)
        }
        if let output, output != "-" { return Terminal.note("Rows written to \(output).") }
        if output == nil { try await RowOutput(batch: batch, path: "-").write() }
    }
}
