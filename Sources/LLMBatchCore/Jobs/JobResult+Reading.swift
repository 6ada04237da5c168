extension JobResult {
    /// Reads all that a job's batch knows.
    init(
        _ record: BatchRecord, _ storage: any BatchStorage, _ judge: PackJudge, decode: ([UInt8]) throws -> Output,
        seconds: () -> Double
    ) async throws {
        var data: [Value] = []
        var errors: [JobError] = []
        var metrics = JobMetrics()
        var reader = PackReader(record, storage: storage, judge: judge)
        while let packs = try await reader.next() {
            for pack in packs {
                metrics.add(pack)
                for row in pack.rows {
                    guard let json = row.value else { continue }
                    data.append(Value(index: row.row, value: try decode(json)))
                }
                errors += JobError.errors(of: pack)
            }
        }
        // Only the rows of a shuffled job stand in another order.
        data.sort { $0.index < $1.index }
        errors.sort { ($0.rows.first ?? 0) < ($1.rows.first ?? 0) }
        metrics.wallSeconds = seconds()
        self.init(batch: record.id, data: data, errors: errors, metrics: metrics)
    }
}

extension JobError {
    /// The errors of a pack: rows with the same reason and history together.
    static func errors(of pack: PackReport) -> [JobError] {
        struct Reason: Hashable {
            let problem: RowProblem
            let attempts: Int
        }
        var rows: [Reason: [RowResult]] = [:]
        for row in pack.rows {
            guard let problem = row.problem else { continue }
            rows[Reason(problem: problem, attempts: row.attempts), default: []].append(row)
        }
        return rows.map { reason, rows in
            JobError(
                rows: rows.map(\.row).sorted(), kind: reason.problem.kind, message: reason.problem.message,
                attempts: reason.attempts, customID: pack.customID, response: rows.first?.response)
        }
    }
}
