import Foundation

extension Batch {
    /// Makes the batch durable in its own storage. In a durable storage it already is, so nothing happens.
    ///
    /// - Throws: `invalidConfiguration` for a batch that was created without a storage, and so is only in memory.
    public func save() async throws {
        _ = try await record()
        guard !isUnkept else {
            throw LLMBatchError(
                .invalidConfiguration, "batch \(id) was created without a storage and is only in memory",
                remedy: "Name the storage to keep it in: save(to:)")
        }
    }

    /// Copies the whole batch into another storage: requests, attempts, provider jobs, results, anomalies.
    ///
    /// The copy is streamed, and becomes visible only when complete. An existing copy of the same batch is replaced
    /// atomically. Saving to the batch's own storage changes nothing.
    ///
    /// - Returns: the handle of the copy.
    /// - Throws: `wrongState` when the copy in the other storage is further along than this one.
    @discardableResult
    public func save(to other: any BatchStorage) async throws -> Batch {
        try await BatchCopy(batch: id, source: storage, target: other).run()
        var copy = Batch(id: id, storage: other, catalog: catalog, given: given)
        copy.clock = clock
        copy.acceptsOtherAccount = acceptsOtherAccount
        copy.work = work
        return copy
    }
}

/// Copies a batch from one storage to another, a page at a time.
package struct BatchCopy {
    let batch: BatchID
    let source: any BatchStorage
    let target: any BatchStorage
    /// The portable file that the batch comes from, which anyone may have written; nil when its owner copies between
    /// their own storages. Little of what a file says about providers is kept, and the copy is marked as imported.
    let file: String?
    private let catalog: ProviderCatalog

    package init(
        batch: BatchID, source: any BatchStorage, target: any BatchStorage, file: String? = nil,
        catalog: ProviderCatalog = ProviderCatalog()
    ) {
        self.catalog = catalog
        self.batch = batch
        self.source = source
        self.target = target
        self.file = file
    }

    package func run() async throws {
        // Within one process, copies of the same batch are made one at a time; a later copy finds what an earlier one
        // has done.
        try await KeyedLock.copies.taking(batch.rawValue) { try await copyInTurn() }
    }

    private func copyInTurn() async throws {
        guard var record = try await source.batch(batch) else { throw LLMBatchError.noBatch(batch) }
        var attempts = try await source.attempts(of: batch)
        if let file {
            record.importedAt = .thisMillisecond
            record.importedFrom = file
            record.provider = catalog.portable(record.provider)
            for index in attempts.indices { attempts[index].provider = catalog.portable(attempts[index].provider) }
        }
        let snapshot = BatchSnapshot(
            batch: record, attempts: attempts, jobs: try await source.providerJobs(of: batch, attempt: nil))
        try await checkName(of: record)
        guard let there = try await target.batch(batch) else {
            try await fill(snapshot)
            // Another process may have made the same copy meanwhile, and may already drive it.
            guard try await target.batch(batch) != nil else { return try await target.sealRestore(batch) }
            return try await replace(with: snapshot, isFilled: true)
        }
        guard !isCopied(record, there) else { return }
        try await replace(with: snapshot, isFilled: false)
    }

    /// Finds a name clash before a long copy, not after it.
    private func checkName(of record: BatchRecord) async throws {
        guard let name = record.name,
            let other = try await target.batches(BatchQuery(name: name, limit: 1)).elements.first,
            other.id != batch
        else { return }
        throw LLMBatchError.nameTaken(name)
    }

    private func replace(with snapshot: BatchSnapshot, isFilled: Bool) async throws {
        // Keeps others from driving the batch that is being replaced; the claim is deleted with it.
        let now = Date.thisMillisecond
        let claim = try await target.claim(batch, for: .current(), until: now + 3600, now: now)
        do {
            guard try await isNews(snapshot) else { return try await target.release(claim) }
            if !isFilled { try await fill(snapshot) }
            try await target.sealRestore(batch)
        } catch {
            try? await shielded { try await target.release(claim) }
            throw error
        }
    }

    /// False when the existing copy is identical.
    ///
    /// - Throws: `wrongState` when the existing copy is further along.
    private func isNews(_ snapshot: BatchSnapshot) async throws -> Bool {
        guard let there = try await target.batch(batch) else { return true }
        let record = snapshot.batch
        if isCopied(record, there) { return false }
        let copies = Dictionary(uniqueKeysWithValues: snapshot.jobs.map { ($0.id, $0.state) })
        let isLater = try await target.providerJobs(of: batch, attempt: nil).contains { job in
            copies[job.id].map { job.state.isLater(than: $0) } ?? true
        }
        guard !isLater, (there.attempts, there.counts.finished) <= (record.attempts, record.counts.finished) else {
            throw LLMBatchError(
                .wrongState, "the storage already holds a later state of batch \(batch)",
                remedy: "It was left as it is; to keep both, copy this one into another storage")
        }
        return true
    }

    private func isCopied(_ record: BatchRecord, _ there: BatchRecord) -> Bool {
        var there = there
        // The origin of a copy is not part of its state.
        (there.importedAt, there.importedFrom) = (record.importedAt, record.importedFrom)
        if file != nil { there.provider = catalog.portable(there.provider) }
        return there == record
    }

    private func fill(_ snapshot: BatchSnapshot) async throws {
        try await target.beginRestore(snapshot)
        try await copyRequests()
        try await copyTries()
        try await copyAnomalies()
    }

    private func copyRequests() async throws {
        var query = RequestQuery(batch: batch)
        while true {
            let page = try await source.requests(query)
            try await target.restoreRequests(
                page.elements.map { NewRequest(position: $0.position, sourceLine: $0.sourceLine, request: $0.request) },
                to: batch)
            guard page.hasMore, let last = page.elements.last else { return }
            query.after = last.position
        }
    }

    private func copyTries() async throws {
        var cursor: TryCursor?
        while true {
            let page = try await source.tries(of: batch, after: cursor, limit: 500)
            try await target.restoreTries(page.elements, to: batch)
            guard page.hasMore, let last = page.elements.last else { return }
            cursor = last.cursor
        }
    }

    private func copyAnomalies() async throws {
        var cursor: Int?
        while true {
            let page = try await source.anomalies(of: batch, after: cursor, limit: 500)
            try await target.restoreAnomalies(page.elements, to: batch)
            guard page.hasMore, let last = page.elements.last else { return }
            cursor = last.number
        }
    }
}

extension ProviderJobState {
    /// Whether this state of a job is later than another: a later try, or the same try further along.
    fileprivate func isLater(than other: ProviderJobState) -> Bool {
        let (own, others) = (intendedAt ?? .distantPast, other.intendedAt ?? .distantPast)
        return own == others ? phase.rank > other.phase.rank : own > others
    }
}

extension ProviderJobPhase {
    /// How far a try has progressed.
    fileprivate var rank: Int {
        switch self {
        case .planned: 0
        case .uploading: 1
        case .creating: 2
        case .reconciling: 3
        case .submitted, .answering: 4
        case .needsAttention: 5
        case .collecting: 6
        case .ended: 7
        }
    }
}
