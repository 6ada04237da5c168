/// Finds what a file, or the rows of a job, became earlier: the same batch, or one that asked the same of somebody else.
package struct EarlierBatch {
    let storage: any BatchStorage
    /// SHA-256 of the requests, as ``BatchRecord/contentSHA256``.
    let content: [UInt8]
    let settings: ProviderSettings
    /// False where the settings are not filled in from the environment (there is no key yet, for example): what they leave
    /// open is then not compared.
    let isSettled: Bool

    package init(
        in storage: any BatchStorage, content: [UInt8], settings: ProviderSettings, isSettled: Bool = true
    ) {
        self.storage = storage
        self.content = content
        self.settings = settings
        self.isSettled = isSettled
    }

    /// What was found.
    package enum Found {
        case nothing
        /// The same batch; under another account where differences are named.
        case same(BatchRecord, account: [ProviderIdentity.Difference])
        /// The newest batch of the same requests that differs in who was asked, or how.
        case other(BatchRecord, [ProviderIdentity.Difference])
    }

    /// Searches all batches of the same content, newest first.
    ///
    /// Of several that are the same, one of this account comes first, then one without a name: one with a name is asked for
    /// by its name.
    ///
    /// - Parameter isMeant: false for a batch that is out of the question, whatever its content.
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

    /// In what the settings differ from those that a batch was made with.
    private func differences(from earlier: ProviderSettings) -> [ProviderIdentity.Difference] {
        ProviderIdentity(settings).differences(from: ProviderIdentity(earlier))
            .filter { isSettled || $0.here != nil || $0.subject == .model }
    }
}

extension LLMBatchError {
    /// What was given now differs from what an attempt was made with, which never changes.
    package static func fixed(
        _ batch: BatchID, _ differences: [ProviderIdentity.Difference], hint: String? = nil
    ) -> LLMBatchError {
        LLMBatchError(
            .wrongState,
            "batch \(batch) was made with other settings: \(differences.map(\.description).joined(separator: ", "))",
            hint: hint ?? "A batch keeps the settings that it was submitted with; only a retry, or a new batch, can "
                + "have others")
    }
}
