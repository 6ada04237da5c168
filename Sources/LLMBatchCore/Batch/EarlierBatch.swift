/// Finds the earlier batch of a file, or of a typed job's rows: the same batch, or one that sent the same requests
/// elsewhere.
package struct EarlierBatch {
    let storage: any BatchStorage
    /// SHA-256 of the requests, as ``BatchRecord/contentSHA256``.
    let content: [UInt8]
    let settings: ProviderSettings
    /// False while the settings are not completed from the environment, because there is no key yet, for example. What
    /// they leave open is then not compared.
    let isSettled: Bool

    package init(
        in storage: any BatchStorage, content: [UInt8], settings: ProviderSettings, isSettled: Bool = true
    ) {
        self.storage = storage
        self.content = content
        self.settings = settings
        self.isSettled = isSettled
    }

    /// The result of a search.
    package enum Found {
        case nothing
        /// The same batch; it belongs to another account if differences are listed.
        case same(BatchRecord, account: [ProviderIdentity.Difference])
        /// The newest batch with the same requests but another provider or other settings.
        case other(BatchRecord, [ProviderIdentity.Difference])
    }

    /// False when no batch of the storage begins like the source, so that there is no need to read all of it to know that
    /// its content is new.
    package static func mayExist(of source: RequestSource, in storage: any BatchStorage) async throws -> Bool {
        guard let first = try await source.first(1).first else { return true }
        return try await !storage.batches(BatchQuery(firstLine: first.request.line, limit: 1)).elements.isEmpty
    }

    /// Searches all batches with the same content, newest first.
    ///
    /// Of several that are the same, one of this account is preferred, then one without a name: a named batch is
    /// resumed by its name.
    ///
    /// - Parameter isMeant: false for a batch to ignore, whatever its content.
    package func find(where isMeant: (BatchRecord) throws -> Bool) async throws -> Found {
        var query = BatchQuery(contentSHA256: content)
        var same: [(record: BatchRecord, account: [ProviderIdentity.Difference])] = []
        var other: (BatchRecord, [ProviderIdentity.Difference])?
        while true {
            let page = try await storage.batches(query)
            for record in page.elements where try isMeant(record) {
                let differences = differences(from: record.provider)
                if differences.allSatisfy(\.isOfAccount) {
                    same.append((record, differences))
                } else if other == nil {
                    other = (record, differences)
                }
            }
            guard page.hasMore, let last = page.elements.last else { break }
            query.after = last.id
        }
        let own = same.filter(\.account.isEmpty)
        let candidates = own.isEmpty ? same : own
        if let found = candidates.first(where: { $0.record.name == nil }) ?? candidates.first {
            return .same(found.record, account: found.account)
        }
        return other.map { .other($0.0, $0.1) } ?? .nothing
    }

    /// The differences between the settings and those that a batch was created with.
    private func differences(from earlier: ProviderSettings) -> [ProviderIdentity.Difference] {
        ProviderIdentity(settings).differences(from: ProviderIdentity(earlier))
            .filter { isSettled || $0.here != nil || $0.subject == .model }
    }
}

extension LLMBatchError {
    /// The error for settings that differ from those of an attempt, which never change.
    package static func fixed(
        _ batch: BatchID, _ differences: [ProviderIdentity.Difference], remedy: Remedy? = nil
    ) -> LLMBatchError {
        LLMBatchError(
            .wrongState,
            "batch \(batch) was created with other settings: \(differences.map(\.description).joined(separator: ", "))",
            remedy: remedy
                ?? "A batch keeps the settings it was submitted with; to use others, retry it or create a new batch")
    }
}
