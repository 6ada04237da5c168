public import LLMBatchCore
import LLMBatchSchema

extension Batch {
    /// The rows of a typed job in order, each with its value or the reason why it has none.
    ///
    /// - Throws: `wrongState` when the batch is not a typed job.
    public func rows() async throws -> RowResults { try await rows(decode: nil) }

    /// - Parameter decode: a further check of each value, in a process that knows the type.
    func rows(decode: RowCheck?) async throws -> RowResults {
        let (record, definition) = try await job()
        let judge = try AnswerValidator(definition, decode: decode)
        return RowResults(reader: RowGroupReader(record, storage: storage, judge: judge))
    }

    /// The metrics of a typed job over all its attempts, streamed. The wall time is unknown and reported as 0.
    ///
    /// - Throws: `wrongState` when the batch is not a typed job.
    public func jobMetrics() async throws -> TypedJobMetrics {
        let (record, definition) = try await job()
        var reader = RowGroupReader(
            record, storage: storage, judge: try AnswerValidator(definition))
        var metrics = TypedJobMetrics()
        while let groups = try await reader.next() {
            for group in groups { metrics.add(group) }
        }
        return metrics
    }

    /// The same batch with this maximum number of requests in flight, at a realtime provider.
    package func asking(_ concurrency: Int?) -> Batch {
        var copy = self
        copy.work.concurrency = concurrency
        return copy
    }

    func job() async throws -> (BatchRecord, TypedJobDefinition) {
        let record = try await record()
        guard let definition = try record.jobDefinition() else {
            throw LLMBatchError.notTypedJob(id)
        }
        return (record, definition)
    }
}
