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
    package func asking(_ concurrency: Int?) -> Batch {
        var copy = self
        copy.work.concurrency = concurrency
        return copy
    }

    func job() async throws -> (BatchRecord, JobDefinition) {
        let record = try await record()
        guard let definition = try record.jobDefinition() else {
            throw LLMBatchError.noJob(id)
        }
        return (record, definition)
    }
}
