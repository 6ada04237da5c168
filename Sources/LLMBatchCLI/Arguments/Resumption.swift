import LLMBatch

/// Decides whether the arguments match what a batch was created with, and explains the difference.
struct Resumption {
    let storage: SQLiteStorage
    let choice: WorkArguments

    /// The settings as the provider resolves them, environment included; unresolved if its key is missing, which a batch
    /// that has ended does not need.
    func settled(_ settings: ProviderSettings) throws -> (settings: ProviderSettings, isSettled: Bool) {
        do { return (try ProviderCatalog.standard.provider(settings).settings, true) } catch let error as LLMBatchError
            where error.code == .keyRefused
        { return (settings, false) }
    }

    /// The differences between the arguments and the settings of a named batch; what they leave open counts as equal.
    ///
    /// A retry may have changed the provider: then both the first one and the latest one match.
    func differences(from record: BatchRecord) async throws -> [ProviderIdentity.Difference] {
        let first = try differences(from: record.provider)
        guard !first.isEmpty, let latest = try await storage.attempts(of: record.id).last else { return first }
        return try differences(from: latest.provider).isEmpty ? [] : first
    }

    private func differences(from stored: ProviderSettings) throws -> [ProviderIdentity.Difference] {
        let given = choice.provider.provider
        guard given == nil || given == stored.name else {
            return ProviderIdentity(ProviderSettings(name: given ?? "")).differences(from: ProviderIdentity(stored))
        }
        let wanted = try settled(try choice.changed(stored))
        return ProviderIdentity(wanted.settings).differences(from: ProviderIdentity(stored))
    }

    /// The batch with the arguments applied, as far as they leave the attempt in progress unchanged.
    func batch(_ id: BatchID) async throws -> Batch {
        let batch = try await Batch.load(id, storage: storage)
        let stored = try await batch.settings()
        let isElsewhere = choice.provider.provider.map { $0 != stored.name } ?? false
        let settings = try isElsewhere ? stored : choice.changed(stored)
        guard settings != stored, try fits(settings, stored, hasBegun: try await !batch.attempts().isEmpty) else {
            return batch
        }
        return batch.using(try ProviderCatalog.standard.provider(settings))
    }

    /// False for settings that differ from those of the submitted attempt.
    private func fits(_ settings: ProviderSettings, _ stored: ProviderSettings, hasBegun: Bool) throws -> Bool {
        guard hasBegun else { return true }
        return ProviderIdentity(settings).differences(from: ProviderIdentity(stored)).allSatisfy(\.isOfAccount)
    }

    /// False for an imported batch, unless the user trusts those.
    func isTrusted(_ record: BatchRecord) -> Bool { choice.reuseImported || !record.isImported }

    /// True if an imported batch would match.
    func hasImported(_ earlier: EarlierBatch) async throws -> Bool {
        guard !choice.reuseImported, case .same = try await earlier.find(where: \.isImported) else { return false }
        return true
    }

    /// The note shown then.
    static let importedNote =
        "An imported batch has the same requests. It is not used; to trust it, add --reuse-imported."

    /// Notes how many requests of a new source are already answered, and how to reuse those answers.
    func mention(_ source: RequestSource, _ settings: ProviderSettings) async throws {
        guard let found = try await AnswerFit(storage, provider: settings)?.count(source) else { return }
        let name = try await storage.batch(found.batch)?.name.map { " \"\($0)\"" } ?? ""
        Terminal.note(
            "Batch \(found.batch)\(name) has requests with the same ids, and the store has answers to "
                + "\(found.answered.grouped) of these \(found.requests.counted("request")). "
                + "To pay only for the rest, interrupt this command and run:")
        Terminal.note("  \(Terminal.command(flags: ["--new"])) --reuse")
    }

    /// Rejects a batch of another account, unless that is accepted.
    ///
    /// - Throws: `accountChanged`.
    func checkAccount(_ record: BatchRecord, _ differences: [ProviderIdentity.Difference], what: String = "batch")
        throws
    {
        guard record.attempts > 0, !differences.isEmpty, !choice.provider.acceptsOtherAccount else { return }
        throw LLMBatchError(
            .accountChanged,
            "\(what) \(record.id) was submitted under another account: \(differences.list)",
            remedy: "To resume it anyway, add --accept-account\nTo create a new one under this account, add --new")
    }

    /// The note shown when a batch is new although another has the same requests.
    static func note(of record: BatchRecord, _ differences: [ProviderIdentity.Difference], what: String = "batch")
        -> String
    {
        let start = "An earlier \(what) of this file, \(record.id), "
        if differences.count == 1, let only = differences.first {
            switch only.subject {
            case .address:
                return start + "ran on \(only.there ?? "\(record.provider.name)'s own address"); this is a new \(what)."
            case .provider: return start + "was created for \(only.there ?? ""); this is a new \(what)."
            default: break
            }
        }
        return start + "was created with other settings: \(differences.list). This is a new \(what)."
    }
}

extension [ProviderIdentity.Difference] {
    /// All of them, comma-separated.
    var list: String { map(\.description).joined(separator: ", ") }
}
