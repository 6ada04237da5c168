import ArgumentParser
import Foundation
import LLMBatch

/// Lists batches.
struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List batches, newest first.")

    @Option(
        help:
            "Only these statuses (comma-separated): \(BatchStatus.allCases.map(\.rawValue).joined(separator: ", ")).",
        transform: Self.statuses)
    var status: Set<BatchStatus>?
    @Option(help: "Only batches created for this provider.") var provider: String?
    @Option(help: "Only batches that use this model; a batch of several models counts under that of its first request.")
    var model: String?
    @Option(help: "Only this endpoint.") var endpoint: String?
    @Option(help: "Only the batch of this name.") var name: String?
    @Option(help: "Only batches with this label, key=value; repeatable.") var metadata: [String] = []
    @Option(
        help: """
            Only batches created since this time: a day (2026-11-21) or a time (2026-11-21T10:00), local unless it names a \
            time zone (2026-11-21T10:00:00Z), or an age (30m, 12h, 7d, 2w).
            """, transform: { try TimeArgument($0) })
    var since: TimeArgument?
    @Option(help: "Only batches created before this time (same formats).", transform: { try TimeArgument($0) })
    var until: TimeArgument?
    @Option(help: "Maximum number of batches.") var limit = 50
    @Option(help: "Number of batches to skip.") var offset = 0
    @Option(help: "Only batches after this id, the last of the previous page.") var after: String?
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print one JSON object per batch.") var jsonl = false

    private struct Document: Encodable {
        let schemaVersion = BatchDocument.schemaVersion
        let batches: [BatchContent]
        let hasMore: Bool
    }

    func validate() throws {
        guard !(json && jsonl) else { throw ValidationError("Choose one of --json and --jsonl.") }
        guard offset >= 0 else { throw ValidationError("--offset must be 0 or greater.") }
        guard (1...10_000).contains(limit) else { throw ValidationError("--limit must be from 1 to 10,000.") }
        _ = try pairs(metadata, of: "--metadata")
        if let endpoint { try SourceArguments.check(endpoint: endpoint) }
    }

    func run() async throws {
        let query = BatchQuery(
            statuses: status, provider: provider, model: model, endpoint: endpoint.map(Endpoint.init), name: name,
            metadata: Dictionary(try pairs(metadata, of: "--metadata"), uniquingKeysWith: { _, last in last }),
            // A batch created at that very instant counts.
            createdAfter: since?.date.addingTimeInterval(-0.001), createdBefore: until?.date,
            after: after.map(BatchID.init(rawValue:)), offset: offset, limit: limit)
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
            Terminal.note("More batches: \(Terminal.command(without: ["--after", "--offset"])) --after \(last.id)")
        }
        if page.elements.isEmpty, !jsonl { Terminal.note("No batches.") }
    }

    /// Rejects a provider that is not in the catalog, unless it is a user's own and has batches here.
    private func check(_ provider: String?, _ storage: SQLiteStorage) async throws {
        guard let provider, !ProviderCatalog.standard.names.contains(provider),
            try await storage.batches(BatchQuery(provider: provider, limit: 1)).elements.isEmpty
        else { return }
        throw LLMBatchError(
            .invalidConfiguration,
            "unknown provider \"\(provider)\", which has no batches here."
                + ProviderCatalog.standard.suggestion(for: provider),
            remedy: Remedy(
                "The providers are \(ProviderCatalog.standard.names.joined(separator: ", "))", .listProviders))
    }

    /// Warns of batches whose answers the provider may soon delete.
    private func warn(_ records: [BatchRecord], _ storage: SQLiteStorage) async throws {
        for record in records where record.attempts > 0 && !record.status.isFinal {
            let batch = try await Batch.load(record.id, storage: storage)
            for line in try await ProviderWarnings.ofRetention(batch, at: Date()) { Terminal.note(line) }
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
