public import LLMBatchCore
import LLMBatchSchema

/// The result of one row of a typed job, with its history.
public struct RowHistory: Sendable {
    /// The value of the row, or why it has none.
    public let result: RowResult
    /// The attempts that sent the row, first to last.
    public let attempts: [RowTry]
}

extension Batch {
    /// One row of a typed job with its answers in every attempt, found without reading the other rows.
    ///
    /// - Parameter number: the row, from 0, in the order of the source.
    /// - Throws: `wrongState` when the batch is not a typed job, `notFound` when it has no such row.
    public func row(_ number: Int) async throws -> RowHistory {
        let (record, definition) = try await job()
        guard let stored = try await group(of: number, record, definition) else {
            throw LLMBatchError(.notFound, "job \(id) has no row \(number)", remedy: "Rows are counted from 0")
        }
        let judge = try AnswerValidator(definition)
        let tries = try await history(customID: stored.request.customID)
        let report =
            RowGroupReport(stored.request, tries: tries, judge: judge)
            ?? RowGroupReport(damaged: stored.request, rows: [number], tries: tries)
        guard let result = report.rows.first(where: { $0.row == number })
        else { throw LLMBatchError(.storage, "request \"\(stored.request.customID)\" does not contain row \(number)") }
        let attempts = tries.compactMap { entry -> RowTry? in
            let line = entry.asked ?? stored.request.line
            guard let asked = ParsedRequest(line: line, of: definition)?.numbers, asked.contains(number) else {
                return nil
            }
            let verdict = judge.verdict(on: entry.result, asked: asked)
            return RowTry(
                attempt: entry.attempt, value: verdict.values[number], problem: verdict.problems[number],
                result: entry.result)
        }
        return RowHistory(result: result, attempts: attempts)
    }

    /// The request that contains a row: its position follows from the definition.
    private func group(of row: Int, _ record: BatchRecord, _ definition: TypedJobDefinition) async throws
        -> StoredRequest?
    {
        guard row >= 0, let last = try await request(at: record.counts.requested - 1)?.request.customID,
            let rows = RowGroupID(last).map({ $0.places.upperBound + 1 }), row < rows
        else { return nil }
        return try await request(at: definition.group(of: row, among: rows))
    }

    private func request(at position: Int) async throws -> StoredRequest? {
        try await storage.requests(
            RequestQuery(batch: id, after: position > 0 ? position - 1 : nil, limit: 1)
        ).elements.first
    }
}
