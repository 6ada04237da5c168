extension Batch {
    /// Makes sure the batch is in its own storage for good; in a durable storage it is already, so nothing happens.
    public func save() async throws {
        _ = try await record()
    }

    /// Copies the whole batch into another storage: requests, attempts, provider jobs, results, anomalies.
    ///
    /// Streamed, and visible there only when complete. A copy of the same batch that is there already is replaced by the
    /// new one in the same moment. Saving to its own storage changes nothing.
    ///
    /// - Returns: the handle of the copy.
    /// - Throws: `wrongState` when the copy in the other storage is further along than this one.
    @discardableResult
    public func save(to other: any BatchStorage) async throws -> Batch {
        try await BatchCopy(batch: id, source: storage, target: other).run()
        var copy = Batch(id: id, storage: other, catalog: catalog, given: given)
        copy.clock = clock
        return copy
    }
}

/// Copies a batch from one storage to another, page by page.
package struct BatchCopy {
    let batch: BatchID
    let source: any BatchStorage
    let target: any BatchStorage
    /// False for a source that anybody may have written: what it says of keys is left out.
    let trustsKeySources: Bool

    package init(batch: BatchID, source: any BatchStorage, target: any BatchStorage, trustsKeySources: Bool = true) {
        self.batch = batch
        self.source = source
        self.target = target
        self.trustsKeySources = trustsKeySources
    }

    package func run() async throws {
        guard var record = try await source.batch(batch) else { throw LLMBatchError.noBatch(batch) }
        var attempts = try await source.attempts(of: batch)
        if !trustsKeySources {
            record.provider.keySource = nil
            for index in attempts.indices { attempts[index].provider.keySource = nil }
        }
        if let there = try await target.batch(batch) {
            var same = there
            if !trustsKeySources { same.provider.keySource = nil }
            if same == record { return }
            guard (there.attempts, there.counts.finished) <= (record.attempts, record.counts.finished) else {
                throw LLMBatchError(
                    .wrongState, "the other storage holds a later state of batch \(batch)",
                    hint: "Remove it there first if it is really to be replaced")
            }
        }
        let snapshot = BatchSnapshot(
            batch: record, attempts: attempts, jobs: try await source.jobs(of: batch, attempt: nil))
        try await target.beginRestore(snapshot)
        try await copyRequests()
        try await copyTries()
        try await copyAnomalies()
        try await target.sealRestore(batch)
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
