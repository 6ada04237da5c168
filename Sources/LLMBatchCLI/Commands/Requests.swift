import ArgumentParser
import LLMBatch

/// Prints the requests of a batch.
struct Requests: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Print a batch's requests as JSONL, byte for byte as received.",
        discussion:
            "--outcome selects requests by the outcome of their current answer, to inspect them or send them elsewhere."
    )

    @Argument(help: BatchReference.help) var batch = "@last"
    @OptionGroup var outcomes: OutcomeArguments
    @Flag(help: "Only requests without a result.") var open = false
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print the request lines (the default).") var jsonl = false

    func run() async throws {
        let batch = try await BatchReference(text: batch).find(in: try store.openExisting())
        let selection: RequestQuery.Selection = open ? .open : outcomes.outcome.map { .outcomes($0) } ?? .all
        var buffer = OutputBuffer()
        guard json else {
            for try await stored in batch.requests(selection) { try buffer.add(line: stored.request.line) }
            return try buffer.flush()
        }
        try buffer.add(line: Array("{\"schema_version\":\(BatchDocument.schemaVersion),\"requests\":[".utf8))
        var separator = ""
        for try await stored in batch.requests(selection) {
            try buffer.add(line: Array(separator.utf8) + stored.request.line)
            separator = ","
        }
        try buffer.add(line: Array("]}".utf8))
        try buffer.flush()
    }
}
