import ArgumentParser
import Foundation
import LLMBatch

/// Lists batches.
struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List batches, newest first.")

    @Option(
        help:
            "Only these statuses, separated by commas: \(BatchStatus.allCases.map(\.rawValue).joined(separator: ", ")).",
        transform: Self.statuses)
    var status: Set<BatchStatus>?
    @Option(help: "Only batches made for this provider.") var provider: String?
    @Option(help: "Only batches that ask this model; one of several models is found by its first request's.")
    var model: String?
    @Option(help: "Only this endpoint.") var endpoint: String?
    @Option(help: "Only the batch of this name.") var name: String?
    @Option(help: "Only batches with this label, key=value; may be given again.") var metadata: [String] = []
    @Option(
        help: """
            Only batches made since then: a day (2026-11-21) or a time (2026-11-21T10:00), in local time unless it names \
            its zone (2026-11-21T10:00:00Z), or how long ago (30m, 12h, 7d, 2w).
            """, transform: { try TimeArgument($0) })
    var since: TimeArgument?
    @Option(help: "Only batches made before then, written in the same way.", transform: { try TimeArgument($0) })
    var until: TimeArgument?
    @Option(help: "How many at most.") var limit = 50
    @Option(help: "How many to pass over.") var offset = 0
    @Option(help: "Only batches after this id: the last of the page before.") var after: String?
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print one JSON object a batch.") var jsonl = false

    private struct Document: Encodable {
        let schemaVersion = BatchDocument.schemaVersion
        let batches: [BatchContent]
        let hasMore: Bool
    }

    func validate() throws {
        guard !(json && jsonl) else { throw ValidationError("Choose one of --json and --jsonl.") }
        guard offset >= 0 else { throw ValidationError("--offset is a number from 0.") }
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit is a number from 1 to 10000.") }
        _ = try pairs(metadata, of: "--metadata")
        if let endpoint { try SourceArguments.check(endpoint: endpoint) }
    }

    func run() async throws {
        let query = BatchQuery(
            statuses: status, provider: provider, model: model, endpoint: endpoint.map(Endpoint.init), name: name,
            metadata: Dictionary(try pairs(metadata, of: "--metadata"), uniquingKeysWith: { _, last in last }),
            // A batch of that very instant was made since then.
            createdAfter: since?.date.addingTimeInterval(-0.001), createdBefore: until?.date,
            after: after.map(BatchID.init), offset: offset, limit: limit)
        let storage = try store.openExisting()
        if let after = query.after, try await storage.batch(after) == nil { throw LLMBatchError.noBatch(after) }
        try await check(provider, storage)
        let page = try await storage.batches(query)
        var contents: [BatchContent] = []
        for record in page.elements {
            let summary = try await BatchSummary(try await Batch.load(record.id, storage: storage), record)
            if json {
                contents.append(BatchContent(record, latest: summary.jobs))
            } else if jsonl {
                try Terminal.print(json: BatchContent(record, latest: summary.jobs), onOneLine: true)
            } else {
                let name = record.name.map { " \"\($0)\"" } ?? ""
                try Terminal.print("\(record.id)  \(record.provider.name)  \(summary.headline)\(name)")
            }
        }
        if json { return try Terminal.print(json: Document(batches: contents, hasMore: page.hasMore)) }
        if !json { try await warn(page.elements, storage) }
        if page.hasMore, let last = page.elements.last {
            Terminal.say("There are more: \(Terminal.command(without: ["--after", "--offset"])) --after \(last.id)")
        }
        if page.elements.isEmpty, !jsonl { Terminal.say("No batches.") }
    }

    /// A provider that is not in the catalog may be somebody's own, of which there are then batches.
    private func check(_ provider: String?, _ storage: SQLiteStorage) async throws {
        guard let provider, !ProviderCatalog.standard.names.contains(provider),
            try await storage.batches(BatchQuery(provider: provider, limit: 1)).elements.isEmpty
        else { return }
        throw LLMBatchError(
            .invalidConfiguration,
            "unknown provider \"\(provider)\", and there is no batch of it."
                + ProviderCatalog.standard.suggestion(for: provider),
            hint: "llmbatch providers  # lists them: \(ProviderCatalog.standard.names.joined(separator: ", "))")
    }

    /// Of batches whose answers the provider may soon delete.
    private func warn(_ records: [BatchRecord], _ storage: SQLiteStorage) async throws {
        for record in records where record.attempts > 0 && !record.status.isFinal {
            let batch = try await Batch.load(record.id, storage: storage)
            for line in try await ProviderWarnings.ofRetention(batch, at: Date()) { Terminal.say(line) }
        }
    }

    @Sendable private static func statuses(_ text: String) throws -> Set<BatchStatus> {
        Set(
            try text.split(separator: ",").map { word in
                guard let status = BatchStatus(rawValue: String(word)) else {
                    throw ValidationError(
                        "\"\(word)\" is not a status; use \(BatchStatus.allCases.map(\.rawValue).joined(separator: ", "))."
                            + Suggestion.words(for: String(word), among: BatchStatus.allCases.map(\.rawValue)))
                }
                return status
            })
    }
}
