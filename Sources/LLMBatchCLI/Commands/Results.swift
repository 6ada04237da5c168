import ArgumentParser
import LLMBatch

/// Gives the results of a batch.
struct Results: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Give the current answers of a batch, in the order of its requests.",
        discussion: """
            --jsonl gives OpenAI batch result lines, as the provider sent them where it speaks that format.
            --native gives the provider's own lines, byte for byte as they were received.
            """)

    @Argument(help: BatchReference.help) var batch = "@last"
    @OptionGroup var outcomes: OutcomeArguments
    @Option(
        name: .shortAndLong, help: "Write result lines to this file, whole or not at all; - for standard output."
    ) var output: String?
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print OpenAI batch result lines.") var jsonl = false
    @Flag(help: "Lines in the provider's own form; requests of which it sent none are left out.") var native = false

    func validate() throws {
        guard [json, jsonl, output.map { $0 != "-" } ?? false].count(where: { $0 }) <= 1 else {
            throw ValidationError("Choose one of --json, --jsonl and --output.")
        }
        guard !(json && native) else { throw ValidationError("--native gives lines; choose it or --json.") }
    }

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting())
        let selection = outcomes.outcome.map { ResultSelection.outcomes($0) } ?? .all
        if let output, output != "-" {
            try await batch.writeResults(to: output, selection, as: native ? .native : .openAI)
            return Terminal.say("The results are in \(output).")
        }
        var buffer = OutputBuffer()
        if json { return try await printObject(batch, selection, &buffer) }
        for try await result in batch.results(selection) {
            if native {
                if let line = result.receivedLine { try buffer.add(line: line) }
            } else {
                try buffer.add(line: jsonl || output != nil ? result.openAILine : Array(Self.words(result).utf8))
            }
        }
        try buffer.flush()
    }

    /// One object, however long: its array is written as it is read.
    private func printObject(_ batch: Batch, _ selection: ResultSelection, _ buffer: inout OutputBuffer) async throws {
        let head = try Terminal.encode(BatchContent(try await batch.record()), onOneLine: true)
        try buffer.add(
            line: Array("{\"schema_version\":\(BatchDocument.schemaVersion),\"batch\":".utf8) + head
                + Array(",\"results\":[".utf8))
        var separator = ""
        for try await result in batch.results(selection) {
            try buffer.add(line: Array(separator.utf8) + (try Terminal.encode(ResultContent(result), onOneLine: true)))
            separator = ","
        }
        try buffer.add(line: Array("]}".utf8))
        try buffer.flush()
    }

    static func words(_ result: BatchResult) -> String {
        let said =
            result.text ?? result.error.map { "\($0.code): \($0.message)" } ?? result.embedding.map {
                "\($0.count) numbers"
            } ?? ""
        func cell(_ text: String) -> String { Terminal.plain(text).replacing("\t", with: " ") }
        return "\(cell(result.customID.rawValue))\t\(result.outcome.rawValue)\t\(cell(said))"
    }
}
