import ArgumentParser
import LLMBatch

/// Brings the batches of a portable file into the store.
struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Import the batches of an exported file.",
        discussion: """
            Imports every batch that it can. A batch of which the store has a later state stays as it is. Exits with 1 if a \
            batch could not be imported for another reason.
            """)

    @Argument(help: "A file that llmbatch export wrote, or another store; - for standard input.") var file: String
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

    /// What is plainly no such file is named as what it is.
    private func check(_ path: String, named name: String) throws {
        let bytes = try FileBytes(path: path).prefix(4096)
        let other = OtherFormat(bytes)
        if other == .sqlite { return }
        if let other { throw other.refusal(of: name, wanted: .portableFile) }
        guard bytes.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) == UInt8(ascii: "{") else { return }
        throw LLMBatchError(
            .storage, "\(name) is not a SQLite file: it looks like JSON lines",
            hint: "Name a file that llmbatch export wrote. To run requests: llmbatch run \(ShellWord.quoted(name))")
    }

    private func bring(_ path: String, named name: String) async throws {
        try check(path, named: name)
        let report = try await Batch.importing(from: path, into: try await store.open())
        var contents: [BatchContent] = []
        for batch in report.batches {
            let record = try await batch.record()
            contents.append(BatchContent(record, attempts: try await batch.attempts(), jobs: try await batch.jobs()))
            if !json { try Terminal.print("\(record.id)  \(BatchSummary(record: record).headline)") }
        }
        for skipped in report.skipped { Terminal.say(Self.words(skipped)) }
        if json { try Terminal.print(json: Document(batches: contents, skipped: report.skipped.map(Self.content))) }
        if report.skipped.contains(where: { !$0.isSuperseded }) { throw ExitCode(1) }
    }

    private static func words(_ skipped: ImportReport.Skipped) -> String {
        let name = skipped.name.map { " \"\($0)\"" } ?? ""
        let hint =
            switch skipped.reason.code {
            case .wrongState, .nameTaken: "To keep both, import the file into another store with --db FILE."
            default: skipped.reason.hint ?? ""
            }
        return "Not imported: batch \(skipped.batch)\(name): \(skipped.reason.message). \(hint)"
    }

    private static func content(_ skipped: ImportReport.Skipped) -> Skipped {
        Skipped(
            id: skipped.batch.rawValue, name: skipped.name,
            error: ErrorContent(ResultError(code: skipped.reason.code.rawValue, message: skipped.reason.message)))
    }
}
