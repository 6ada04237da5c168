import ArgumentParser
import LLMBatch

/// Brings the batches of a portable file into the store.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Import the batches of an exported file.")

    @Argument(help: "A file that llmbatch export wrote.") var file: String
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    private struct Document: Encodable {
        let schemaVersion = BatchDocument.schemaVersion
        let batches: [BatchContent]
    }

    func run() async throws {
        var contents: [BatchContent] = []
        for batch in try await Batch.import(from: file, into: try await store.open()) {
            let record = try await batch.record()
            contents.append(BatchContent(record, attempts: try await batch.attempts(), jobs: try await batch.jobs()))
            if !json { try Terminal.print("\(record.id)  \(BatchSummary(record: record).headline)") }
        }
        if json { try Terminal.print(json: Document(batches: contents)) }
    }
}
