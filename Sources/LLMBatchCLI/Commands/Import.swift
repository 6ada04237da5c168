import ArgumentParser
import LLMBatch

/// Imports the batches of a portable file.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Import the batches of an exported file.",
        discussion: """
            Imports every batch that it can, and skips a batch if the store has a later state of it. Exits with 1 if a batch \
            could not be imported for any other reason.
            """)

    @Argument(help: "A file written by llmbatch export, or another store; - for standard input.") var file: String
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false

    private struct Document: Encodable {
        let schemaVersion = BatchDocument.schemaVersion
        let batches: [BatchContent]
        let skipped: [Skipped]
    }

    private struct Skipped: Encodable {
        let id: String
        let name: String?
        let error: ErrorContent
    }

    func run() async throws {
        guard file != "-" else {
            return try await StandardStream.withInput { try await bring($0, named: "standard input") }
        }
        try await bring(file, named: file)
    }

    /// Rejects a file that is plainly something else, by its name.
    private func check(_ path: String, named name: String) throws {
        let bytes = try FileBytes(path: path).prefix(4096)
        let other = OtherFormat(bytes)
        if other == .sqlite { return }
        if let other { throw other.refusal(of: name, wanted: .portableFile) }
        guard bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") else { return }
        throw LLMBatchError(
            .storage, "\(name) is not a SQLite file: it looks like JSON lines",
            remedy: Remedy("Name an exported file. To run a file of requests, create a batch from it", .run(file: name))
        )
    }

    private func bring(_ path: String, named name: String) async throws {
        try check(path, named: name)
        let report = try await Batch.importing(from: path, into: try await store.open())
        var contents: [BatchContent] = []
        for batch in report.batches {
            let record = try await batch.record()
            contents.append(
                BatchContent(record, attempts: try await batch.attempts(), jobs: try await batch.providerJobs()))
            if !json { try Terminal.print("\(record.id)  \(BatchSummary(record: record).headline)") }
        }
        for skipped in report.skipped { Terminal.note(Self.note(on: skipped)) }
        if json { try Terminal.print(json: Document(batches: contents, skipped: report.skipped.map(Self.content))) }
        if report.skipped.contains(where: { !$0.isSuperseded }) { throw ExitCode(1) }
    }

    private static func note(on skipped: ImportReport.Skipped) -> String {
        let name = skipped.name.map { " \"\($0)\"" } ?? ""
        let remedy: Remedy? =
            switch skipped.reason.code {
            case .wrongState, .nameTaken: "To keep both, import the file into another store with --db FILE"
            default: skipped.reason.remedy
            }
        return
            "Not imported: batch \(skipped.batch)\(name): \(skipped.reason.message). \(remedy.map { RemedyText(remedy: $0).text } ?? "")"
    }

    private static func content(_ skipped: ImportReport.Skipped) -> Skipped {
        Skipped(
            id: skipped.batch.rawValue, name: skipped.name,
            error: ErrorContent(ResultError(code: skipped.reason.code.rawValue, message: skipped.reason.message)))
    }
}
