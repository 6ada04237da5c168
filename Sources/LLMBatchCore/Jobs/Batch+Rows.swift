/// The rows of a job in their order, with their values, streamed.
///
/// Holds about ten thousand rows in memory, or one pack when that is more. While the job is under way a row may be open.
public struct RowResults: AsyncSequence, Sendable {
    let reader: PackReader

    /// Begins at the first row.
    public func makeAsyncIterator() -> Iterator { Iterator(reader: reader) }

    /// Reads on, some packs at a time.
    public struct Iterator: AsyncIteratorProtocol {
        var reader: PackReader
        private var rows: ArraySlice<RowResult> = []

        init(reader: PackReader) { self.reader = reader }

        public mutating func next() async throws -> RowResult? {
            if rows.isEmpty, let packs = try await reader.next() {
                rows = packs.flatMap(\.rows).sorted { $0.row < $1.row }[...]
            }
            return rows.popFirst()
        }
    }
}

/// All that is known of one row of a job.
public struct RowHistory: Sendable {
    /// Its value, or why it has none.
    public let result: RowResult
    /// The attempts at the request that asks for it, first to last.
    public let attempts: [RequestTry]
}

extension Batch {
    /// The rows of a job in their order, each with its value or the reason why it has none.
    ///
    /// - Throws: `wrongState` when the batch is no job.
    public func rows() async throws -> RowResults {
        let (record, definition) = try await job()
        return RowResults(
            reader: PackReader(record, storage: storage, judge: try PackJudge(definition, decode: work.decode)))
    }

    /// What was done for a job so far, in all its attempts; streamed. The wall time is not known, and 0.
    ///
    /// - Throws: `wrongState` when the batch is no job.
    public func jobMetrics() async throws -> JobMetrics {
        let (record, definition) = try await job()
        var reader = PackReader(record, storage: storage, judge: try PackJudge(definition, decode: work.decode))
        var metrics = JobMetrics()
        while let packs = try await reader.next() {
            for pack in packs { metrics.add(pack) }
        }
        return metrics
    }

    /// The same batch with this many requests on their way at once, at a realtime provider.
    package func asking(_ concurrency: Int) -> Batch {
        var copy = self
        copy.work.concurrency = concurrency
        return copy
    }

    /// One row of a job, found without reading the others.
    ///
    /// - Parameter number: from 0, in the order of the source.
    /// - Throws: `wrongState` when the batch is no job, `notFound` when it has no such row.
    public func row(_ number: Int) async throws -> RowHistory {
        let (record, definition) = try await job()
        guard let stored = try await pack(of: number, record, definition) else {
            throw LLMBatchError(.notFound, "job \(id) has no row \(number)", hint: "Rows are counted from 0")
        }
        var reader = PackReader(record, storage: storage, judge: try PackJudge(definition, decode: work.decode))
        guard let result = try await reader.reports(on: [stored]).first?.rows.first(where: { $0.row == number }) else {
            throw LLMBatchError(.storage, "request \"\(stored.request.customID)\" does not hold row \(number)")
        }
        return RowHistory(result: result, attempts: try await history(customID: stored.request.customID))
    }

    func job() async throws -> (BatchRecord, JobDefinition) {
        let record = try await record()
        guard let definition = try record.jobDefinition() else {
            throw LLMBatchError.noJob(id)
        }
        return (record, definition)
    }

    /// The request that holds a row: its place follows from the definition.
    private func pack(of row: Int, _ record: BatchRecord, _ definition: JobDefinition) async throws -> StoredRequest? {
        guard row >= 0, let last = try await request(at: record.counts.requested - 1)?.request.customID,
            let rows = PackName(last).map({ $0.places.upperBound + 1 }), row < rows
        else { return nil }
        return try await request(at: definition.pack(of: row, among: rows))
    }

    private func request(at position: Int) async throws -> StoredRequest? {
        try await storage.requests(
            RequestQuery(batch: id, after: position > 0 ? position - 1 : nil, limit: 1)
        ).elements.first
    }
}
