/// All that is known of one row of a job.
public struct RowHistory: Sendable {
    /// Its value, or why it has none.
    public let result: RowResult
    /// The attempts that asked for it, first to last.
    public let attempts: [RowTry]
}

/// One attempt at one row: what the answer said of it.
public struct RowTry: Sendable {
    /// The attempt.
    public let attempt: Attempt
    /// The value that the answer had for the row, as JSON; nil when it had no good one.
    public let value: [UInt8]?
    /// Why it had none.
    public let problem: RowProblem?
    /// The answer to the whole request, which may hold other rows; nil while it is open.
    public let result: BatchResult?
}

extension Batch {
    /// One row of a job with what was answered for it in every attempt, found without reading the others.
    ///
    /// - Parameter number: from 0, in the order of the source.
    /// - Throws: `wrongState` when the batch is no job, `notFound` when it has no such row.
    public func row(_ number: Int) async throws -> RowHistory {
        let (record, definition) = try await job()
        guard let stored = try await pack(of: number, record, definition) else {
            throw LLMBatchError(.notFound, "job \(id) has no row \(number)", hint: "Rows are counted from 0")
        }
        let judge = try PackJudge(definition, decode: work.decode)
        let tries = try await history(customID: stored.request.customID)
        let report =
            PackReport(stored.request, tries: tries, judge: judge)
            ?? PackReport(damaged: stored.request, rows: [number], tries: tries)
        guard let result = report.rows.first(where: { $0.row == number })
        else { throw LLMBatchError(.storage, "request \"\(stored.request.customID)\" does not hold row \(number)") }
        let attempts = tries.compactMap { entry -> RowTry? in
            let line = entry.asked ?? stored.request.line
            guard let asked = PackQuestion(line: line, of: definition)?.numbers, asked.contains(number) else {
                return nil
            }
            let verdict = judge.verdict(on: entry.result, asked: asked)
            return RowTry(
                attempt: entry.attempt, value: verdict.values[number], problem: verdict.problems[number],
                result: entry.result)
        }
        return RowHistory(result: result, attempts: attempts)
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
