import ArgumentParser
import LLMBatch

/// Exports a batch to a portable file.
struct Export: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Export a batch to one portable file (SQLite).")

    @Argument(help: BatchReference.help) var batch: String
    @Argument(help: "The file to write; - for standard output.") var file: String
    @Flag(help: "Replace an existing file.") var force = false
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    func validate() throws {
        if json, file == "-" { throw ValidationError("Choose one of --json and - for standard output.") }
    }

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting())
        if file == "-" { return try await StandardStream.withOutput { try await batch.export(to: $0) } }
        try await batch.export(to: file, replacing: force)
        if json {
            try Terminal.print(json: try await BatchDocument(batch))
        } else {
            Terminal.note("Exported batch \(batch.id) to \(file).")
        }
    }
}
