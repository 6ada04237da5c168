package import GRDB
import LLMBatchCore

/// The changes to the counts of a batch and of one of its provider jobs in a transaction: collected while rows change,
/// then applied once with ``Database/move(_:job:batch:)``.
///
/// A job's counts are those of its results; a batch's counts are those of the current results of its requests. `NULL`
/// outcomes are open and not counted.
struct Tally {
    private(set) var job: [Outcome: Int] = [:]
    private(set) var batch: [Outcome: Int] = [:]

    /// Counts a change of results in the job.
    mutating func moveJob(from old: Outcome? = nil, to new: Outcome?, count: Int = 1) {
        Self.move(&job, from: old, to: new, count)
    }

    /// Counts a change of current results in the batch.
    mutating func moveBatch(from old: Outcome? = nil, to new: Outcome?, count: Int = 1) {
        Self.move(&batch, from: old, to: new, count)
    }

    /// Adds changes of current results that were counted elsewhere.
    mutating func addToBatch(_ change: [Outcome: Int]) { batch.merge(change, uniquingKeysWith: +) }

    private static func move(_ counts: inout [Outcome: Int], from old: Outcome?, to new: Outcome?, _ count: Int) {
        guard old != new else { return }
        if let old { counts[old, default: 0] -= count }
        if let new { counts[new, default: 0] += count }
    }
}

extension Database {
    /// The count columns of batches and jobs.
    static let countColumns = Outcome.allCases.map(\.rawValue).joined(separator: ", ")

    /// Applies the changes of this transaction to the stored counts of a batch, and of one of its jobs.
    ///
    /// Must be called before the end of any transaction that changes `requests.outcome` or `job_requests.outcome`.
    func move(_ tally: Tally, job: Int64?, batch: Int64) throws {
        if let job { try move(tally.job, in: "provider_jobs", key: "job_key", job) }
        try move(tally.batch, in: "batches", key: "batch_key", batch)
    }

    private func move(_ change: [Outcome: Int], in table: String, key: String, _ row: Int64) throws {
        guard change.values.contains(where: { $0 != 0 }) else { return }
        let steps = Outcome.allCases.map { "\($0.rawValue) = \($0.rawValue) + ?" }.joined(separator: ", ")
        try run(
            "UPDATE \(table) SET \(steps) WHERE \(key) = ?",
            StatementArguments(Outcome.allCases.map { change[$0, default: 0] }) + [row])
    }

    /// The number of requests with each outcome among these; open ones are left out.
    func answered(_ requestKeys: String, _ arguments: StatementArguments) throws -> [Outcome: Int] {
        let sql = """
            SELECT outcome, count(*) AS n FROM requests WHERE request_key IN (\(requestKeys)) AND outcome IS NOT NULL
            GROUP BY outcome
            """
        var counts: [Outcome: Int] = [:]
        for row in try Row.fetchAll(cachedStatement(sql: sql), arguments: arguments) {
            if let outcome = try row.outcome("outcome") { counts[outcome] = try row.get("n") }
        }
        return counts
    }

    /// The stored counts of a job.
    func jobCounts(_ key: Int64) throws -> OutcomeCounts {
        let sql = "SELECT * FROM provider_jobs WHERE job_key = ?"
        return try Row.fetchOne(cachedStatement(sql: sql), arguments: [key])?.outcomeCounts() ?? OutcomeCounts()
    }

    /// Recounts the rows of a batch and its jobs and stores the counts, for rows that were added without being tallied.
    package func recount(batch key: Int64) throws {
        try execute(
            sql: """
                UPDATE provider_jobs SET (\(Self.countColumns)) = (
                    SELECT \(Self.countsByOutcome) FROM results s WHERE s.job_key = provider_jobs.job_key)
                WHERE attempt_key IN (SELECT attempt_key FROM attempts WHERE batch_key = ?)
                """, arguments: [key])
        try execute(
            sql: """
                UPDATE batches SET (requests, \(Self.countColumns)) = (
                    SELECT count(*), \(Self.countsByOutcome) FROM requests r
                    WHERE r.request_key BETWEEN batches.batch_key << 32 AND batches.batch_key << 32 | 4294967295),
                    anomalies = (\(Self.anomaliesOfBatch)) WHERE batch_key = ?
                """, arguments: [key])
    }

    private static let anomaliesOfBatch = """
        SELECT count(*) FROM anomalies x JOIN provider_jobs USING (job_key) JOIN attempts a USING (attempt_key)
        WHERE a.batch_key = batches.batch_key
        """

    private static let countsByOutcome = Outcome.allCases.map {
        "count(*) FILTER (WHERE outcome = '\($0.rawValue)')"
    }.joined(separator: ", ")

    /// Compares every stored count with the rows it counts.
    ///
    /// - Returns: the first difference, as a phrase.
    package func firstWrongCount() throws -> String? {
        let rows = Outcome.allCases.map { "coalesce(c.\($0.rawValue), 0)" }.joined(separator: ", ")
        let counted = Outcome.allCases.map {
            "count(*) FILTER (WHERE outcome = '\($0.rawValue)') AS \($0.rawValue)"
        }.joined(separator: ", ")
        let kept = Outcome.allCases.map { "k.\($0.rawValue)" }.joined(separator: ", ")
        let batches = """
            SELECT k.id FROM batches k LEFT JOIN (
                SELECT batch_key, count(*) AS n, \(counted) FROM requests GROUP BY batch_key) c USING (batch_key)
            WHERE k.sealed = 1 AND ((k.requests, \(kept)) IS NOT (coalesce(c.n, 0), \(rows))
                OR k.anomalies <> (\(Self.anomaliesOfBatch.replacing("batches.batch_key", with: "k.batch_key"))))
            LIMIT 1
            """
        if let id = try String.fetchOne(self, sql: batches) {
            return "the counts of batch \(id) do not match its rows"
        }
        let jobs = """
            SELECT b.id || '/' || a.number || '.' || k.job_index FROM provider_jobs k JOIN attempts a USING (attempt_key)
                JOIN batches b USING (batch_key) LEFT JOIN (
                SELECT job_key, count(*) AS n, \(counted)
                FROM job_requests t LEFT JOIN results s USING (job_key, request_key) GROUP BY job_key) c USING (job_key)
            WHERE b.sealed = 1 AND a.sealed = 1 AND (k.requests, \(kept)) IS NOT (coalesce(c.n, 0), \(rows)) LIMIT 1
            """
        return try String.fetchOne(self, sql: jobs).map { "the counts of provider job \($0) do not match its rows" }
    }
}

extension Row {
    /// The stored counts of a job or a batch.
    func outcomeCounts() throws -> OutcomeCounts {
        var counts = OutcomeCounts(requested: try count("requests"))
        for outcome in Outcome.allCases { counts[outcome] = try count(outcome.rawValue) }
        return counts
    }
}
