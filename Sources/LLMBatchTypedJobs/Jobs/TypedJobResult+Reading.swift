import LLMBatchCore
import LLMBatchSchema

extension TypedJobResult {
    /// Reads the complete result of a typed job's batch.
    init(
        _ record: BatchRecord, _ storage: any BatchStorage, _ judge: AnswerValidator,
        decode: ([UInt8]) throws -> Output,
        seconds: () -> Double
    ) async throws {
        var data: [Value] = []
        var errors: [TypedJobError] = []
        var metrics = TypedJobMetrics()
        var reader = RowGroupReader(record, storage: storage, judge: judge)
        while let groups = try await reader.next() {
            for group in groups {
                metrics.add(group)
                for row in group.rows {
                    guard let json = row.value else { continue }
                    data.append(Value(index: row.row, value: try decode(json)))
                }
                errors += TypedJobError.errors(of: group)
            }
        }
        // Only the rows of a shuffled job are in another order.
        data.sort { $0.index < $1.index }
        errors.sort { ($0.rows.first ?? 0) < ($1.rows.first ?? 0) }
        metrics.wallSeconds = seconds()
        self.init(batch: record.id, data: data, errors: errors, metrics: metrics)
    }
}

extension TypedJobError {
    /// The errors of a row group, with rows grouped by reason and history.
    static func errors(of group: RowGroupReport) -> [TypedJobError] {
        struct Reason: Hashable {
            let problem: RowProblem
            let attempts: Int
        }
        var rows: [Reason: [RowResult]] = [:]
        for row in group.rows {
            guard let problem = row.problem else { continue }
            rows[Reason(problem: problem, attempts: row.attempts), default: []].append(row)
        }
        return rows.map { reason, rows in
            TypedJobError(
                rows: rows.map(\.row).sorted(), kind: reason.problem.kind, message: reason.problem.message,
                attempts: reason.attempts, customID: group.customID, response: rows.first?.response)
        }
    }
}
