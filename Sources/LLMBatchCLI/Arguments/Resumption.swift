import LLMBatch

/// Decides whether what was given now is what a batch was made with, and says so where it is not.
struct Resumption {
    let storage: SQLiteStorage
    let choice: WorkArguments

    /// Settings as the provider has them, with what the environment says; as they are where its key is not there yet, which
    /// a batch that has ended does not need.
    func settled(_ settings: ProviderSettings) throws -> (settings: ProviderSettings, isSettled: Bool) {
        do { return (try ProviderCatalog.standard.provider(settings).settings, true) } catch let error as LLMBatchError
            where error.code == .keyRefused
        { return (settings, false) }
    }

    /// In what the arguments differ from the settings of a batch that is named; what they leave open is as it is there.
    ///
    /// A retry may have taken the batch elsewhere: then both the first provider and the latest one are right.
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

    /// The batch with what was given now, as far as it changes nothing of the attempt that is under way.
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

    /// False for settings of an attempt that a retry has taken elsewhere.
    private func fits(_ settings: ProviderSettings, _ stored: ProviderSettings, hasBegun: Bool) throws -> Bool {
        guard hasBegun else { return true }
        return ProviderIdentity(settings).differences(from: ProviderIdentity(stored)).allSatisfy(\.isOfAccount)
    }

    /// False for a batch that came in a file, which is no batch of this user's unless that is said.
    func isTrusted(_ record: BatchRecord) -> Bool { choice.reuseImported || !record.isImported }

    /// True where an imported batch would be the same.
    func hasImported(_ earlier: EarlierBatch) async throws -> Bool {
        guard !choice.reuseImported, case .same = try await earlier.find(where: \.isImported) else { return false }
        return true
    }

    /// What is said then.
    static let importedNote =
        "An imported batch has the same requests; it is not used unless you trust it and add --reuse-imported."

    /// Says of a source that is new how much of it was answered before, and what would use that.
    func mention(_ source: RequestSource, _ settings: ProviderSettings) async throws {
        guard let found = try await AnswerFit(storage, provider: settings)?.count(source) else { return }
        let name = try await storage.batch(found.batch)?.name.map { " \"\($0)\"" } ?? ""
        Terminal.say(
            "Batch \(found.batch)\(name) has requests of the same ids, and the store has answers to \(found.answered) of "
                + "these \(found.requests.counted("request")). To pay only for the rest, interrupt this and run:")
        Terminal.say("  \(Terminal.command(without: ["--new"])) --reuse")
    }

    /// Refuses to take up a batch of another account without being told to.
    ///
    /// - Throws: `accountChanged`.
    func checkAccount(_ record: BatchRecord, _ differences: [ProviderIdentity.Difference], what: String = "batch")
        throws
    {
        guard record.attempts > 0, !differences.isEmpty, !choice.provider.acceptsOtherAccount else { return }
        throw LLMBatchError(
            .accountChanged,
            "\(what) \(record.id) was submitted under another account: \(differences.words)",
            hint: "Resume it all the same: add --accept-account\nMake a new one under this account: add --new")
    }

    /// What is said where a batch is new although there is one of the same requests.
    static func note(of record: BatchRecord, _ differences: [ProviderIdentity.Difference], what: String = "batch")
        -> String
    {
        let start = "An earlier \(what) of this file, \(record.id), "
        if differences.count == 1, let only = differences.first {
            switch only.subject {
            case .address:
                return start + "ran on \(only.there ?? "\(record.provider.name)'s own address"); this is a new \(what)."
            case .provider: return start + "was made for \(only.there ?? ""); this is a new \(what)."
            default: break
            }
        }
        return start + "was made with other settings: \(differences.words). This is a new \(what)."
    }
}

extension [ProviderIdentity.Difference] {
    /// All of them in words.
    var words: String { map(\.description).joined(separator: ", ") }
}
