import LLMBatchCore

/// Whole lists, read page by page as a caller would read them.
extension BatchStorage {
    func allRequests(
        _ batch: BatchID, _ selection: RequestQuery.Selection = .all, pageSize: Int = 3
    ) async throws -> [StoredRequest] {
        try await all(after: { $0.position }) { after in
            try await requests(RequestQuery(batch: batch, selection: selection, after: after, limit: pageSize))
        }
    }

    func allResults(_ batch: BatchID, _ outcomes: Set<Outcome>? = nil, pageSize: Int = 3) async throws -> [BatchResult]
    {
        try await all(after: { $0.position }) { after in
            try await results(ResultQuery(batch: batch, outcomes: outcomes, after: after, limit: pageSize))
        }
    }

    func allJobRequests(_ job: ProviderJobID, onlyOpen: Bool = false, pageSize: Int = 3) async throws -> [StoredRequest]
    {
        try await all(after: { $0.position }) { after in
            try await providerJobRequests(
                ProviderJobRequestQuery(job: job, onlyOpen: onlyOpen, after: after, limit: pageSize))
        }
    }

    func allJobRequests(_ job: ProviderJobID, ids: [CustomID], pageSize: Int = 3) async throws -> [StoredRequest] {
        try await all(after: { $0.position }) { after in
            try await providerJobRequests(
                ProviderJobRequestQuery(job: job, customIDs: ids, after: after, limit: pageSize))
        }
    }

    func allAnomalies(_ batch: BatchID, pageSize: Int = 3) async throws -> [Anomaly] {
        try await all(after: { $0.number }) { after in try await anomalies(of: batch, after: after, limit: pageSize) }
    }

    func allTries(_ batch: BatchID, pageSize: Int = 3) async throws -> [StoredTry] {
        try await all(after: { $0.cursor }) { after in try await tries(of: batch, after: after, limit: pageSize) }
    }

    func allBatches(_ query: BatchQuery = BatchQuery()) async throws -> [BatchID] {
        try await all(after: { $0.id }) { after in
            var query = query
            query.after = after
            return try await batches(query)
        }.map(\.id)
    }

    /// Reads until a page says that it is the last. A page that does not advance is a failure, so the loop always ends.
    private func all<Element, Cursor: Equatable>(
        after cursor: (Element) -> Cursor, _ fetch: (Cursor?) async throws -> Page<Element>
    ) async throws -> [Element] {
        var found: [Element] = []
        var after: Cursor?
        while true {
            let page = try await fetch(after)
            found += page.elements
            guard page.hasMore else { return found }
            let next = try require(page.elements.last.map(cursor), "the last element of a page that says there is more")
            try expect(next != after, "a page after \(next) moves on")
            after = next
        }
    }
}
