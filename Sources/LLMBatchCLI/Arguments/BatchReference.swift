import ArgumentParser
import Foundation
import LLMBatch

/// Finds a batch by what the user typed: `@last`, a name, an id, or a unique prefix of an id.
struct BatchReference {
    let text: String

    /// The help of every argument that names a batch.
    static let help: ArgumentHelp = "The batch: its id, a unique prefix of it, its name, or @last."

    /// The batch, with the settings that the arguments ask for.
    ///
    /// - Parameter isRetry: true for a new attempt, which may use other settings; a submitted attempt keeps its own.
    /// - Throws: `notFound`; `invalidConfiguration` when the text matches several; `wrongState` for arguments that differ
    ///   from those of the submitted attempt.
    func find(
        in storage: SQLiteStorage, provider: (any ProviderChoice)? = nil, isRetry: Bool = false
    ) async throws -> Batch {
        let id = try await id(in: storage)
        var batch = try await Batch.load(id, storage: storage)
        if let provider {
            let stored = try await batch.settings()
            let settings = try provider.changed(stored)
            if settings != stored {
                if !isRetry { try await check(settings, stored, batch) }
                batch = batch.using(try ProviderCatalog.standard.provider(settings))
            }
            batch = provider.apply(to: batch)
        }
        Interruption.resume(with: "llmbatch watch \(id)\(StoreArguments.suffix)")
        return batch
    }

    /// Rejects settings that differ from the attempt's: they would be ignored, and its answers mistaken for theirs.
    private func check(_ settings: ProviderSettings, _ stored: ProviderSettings, _ batch: Batch) async throws {
        let record = try await batch.record()
        guard record.attempts > 0 else { return }
        let differences = ProviderIdentity(settings).differences(from: ProviderIdentity(stored)).filter {
            // While an attempt is open, its account decides whether the address may change.
            !$0.isOfAccount && (record.status.isFinal || $0.subject != .address)
        }
        guard !differences.isEmpty else { return }
        let changes = differences.compactMap(\.argument).joined(separator: " ")
        throw LLMBatchError.fixed(
            record.id, differences,
            remedy: Remedy(
                RemedyText.command("watch \(record.id)", "resumes it as it is") + "\n"
                    + RemedyText.command(
                        "retry \(record.id) \(changes) --wait",
                        "once it has ended, retries what failed with the new settings")))
    }

    private func id(in storage: SQLiteStorage) async throws -> BatchID {
        if text == "@last" {
            guard let last = try await storage.batches(BatchQuery(limit: 1)).elements.first else {
                throw LLMBatchError(
                    .notFound, "there are no batches yet", remedy: Remedy(RemedyText.command("run FILE", "creates one"))
                )
            }
            return last.id
        }
        if let exact = try await storage.batch(BatchID(rawValue: text)) { return exact.id }
        if let named = try await storage.batches(BatchQuery(name: text, limit: 1)).elements.first { return named.id }
        let found = try await storage.batches(BatchQuery(idPrefix: text.lowercased(), limit: 6)).elements
        guard let first = found.first, !text.isEmpty else {
            throw LLMBatchError(
                .notFound, "there is no batch \"\(text)\"\(try await suggestion(in: storage))",
                remedy: Remedy(nil, .listBatches))
        }
        guard found.count == 1 else {
            let shown = found.prefix(5).map { record in
                RemedyText.command(
                    "status \(record.id)",
                    "created \(record.createdAt.formatted(.iso8601))"
                        + (record.name.map { ", named \"\($0)\"" } ?? ""))
            }
            throw LLMBatchError(
                .invalidConfiguration,
                "\(found.count > 5 ? "more than five" : "\(found.count)") batch ids begin with \"\(text)\"; use a longer prefix",
                remedy: Remedy(shown.joined(separator: "\n")))
        }
        return first.id
    }

    /// A question that names the recent batch that may have been meant; empty if none is near.
    private func suggestion(in storage: SQLiteStorage) async throws -> String {
        let recent = try await storage.batches(BatchQuery(limit: 200)).elements
        let words = Suggestion.words(for: text, among: recent.compactMap(\.name) + recent.map(\.id.rawValue))
        return words.isEmpty ? "" : ".\(words)"
    }
}
