public import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    // MARK: - Claims

    public func claim(_ id: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim {
        try await write { db in
            let key = try db.batchKey(id)
            let row = try Row.fetchOne(
                db, sql: "SELECT claim_owner, claim_until, claim_fence FROM batches WHERE batch_key = ?", arguments: [key])
            guard let row else { throw LLMBatchError.noBatch(id) }
            if let held = try row.decoded(ClaimOwner.self, "claim_owner"), let until = row.date("claim_until"), held != owner,
                until > now, !held.isGone()
            {
                throw LLMBatchError.held(id, by: held.description)
            }
            let fence: Int = row["claim_fence"] + 1
            try db.execute(
                sql: "UPDATE batches SET claim_owner = ?, claim_until = ?, claim_fence = ? WHERE batch_key = ?",
                arguments: [try Column.json(owner), expiry.milliseconds, fence, key])
            return Claim(batch: id, owner: owner, fence: fence)
        }
    }

    public func renew(_ claim: Claim, until expiry: Date) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE batches SET claim_until = ? WHERE batch_key = ?",
                arguments: [expiry.milliseconds, try db.batchKey(claim)])
        }
    }

    public func release(_ claim: Claim) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE batches SET claim_owner = NULL, claim_until = NULL WHERE id = ? AND claim_fence = ?",
                arguments: [claim.batch.rawValue, claim.fence])
        }
    }

    // MARK: - Attempts

    public func beginAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            let unsealed = "SELECT attempt_key FROM attempts WHERE batch_key = ? AND sealed = 0"
            try db.execute(
                sql: """
                    DELETE FROM job_requests WHERE job_key IN (SELECT job_key FROM provider_jobs WHERE attempt_key IN (\(unsealed)))
                    """, arguments: [key])
            try db.execute(sql: "DELETE FROM attempts WHERE batch_key = ? AND sealed = 0", arguments: [key])
            try db.insertAttempt(attempt, batchKey: key, sealed: false)
        }
    }

    public func assign(_ assignments: [JobAssignment], attempt: Int, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            let attemptKey = try db.attemptKey(attempt, ofBatch: key)
            var jobKeys: [Int: Int64] = [:]
            let insert = try db.cachedStatement(
                sql: """
                    INSERT INTO job_requests (job_key, request_key)
                    SELECT ?, request_key FROM requests WHERE batch_key = ? AND position = ?
                    """)
            for assignment in assignments {
                let jobKey = try jobKeys[assignment.job] ?? db.plannedJob(assignment.job, attemptKey: attemptKey)
                jobKeys[assignment.job] = jobKey
                try insert.execute(arguments: [jobKey, key, assignment.position])
            }
        }
    }

    public func sealAttempt(_ attempt: Int, jobs: [Int: JobInputDigest], claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            let attemptKey = try db.attemptKey(attempt, ofBatch: key)
            for (index, digest) in jobs {
                try db.execute(
                    sql: "UPDATE provider_jobs SET requests = ?, bytes = ?, sha256 = ? WHERE attempt_key = ? AND job_index = ?",
                    arguments: [digest.requests, digest.bytes, digest.sha256.map { Data($0) }, attemptKey, index])
            }
            try db.execute(
                sql: """
                    UPDATE requests SET outcome = NULL WHERE batch_key = ? AND outcome IS NOT NULL AND request_key IN (
                        SELECT request_key FROM job_requests JOIN provider_jobs USING (job_key) WHERE attempt_key = ?)
                    """, arguments: [key, attemptKey])
            try db.execute(sql: "UPDATE attempts SET sealed = 1 WHERE attempt_key = ?", arguments: [attemptKey])
            // A draft that its owner cancelled stays cancelled; a retry is a new wish.
            if attempt > 1 {
                try db.execute(sql: "UPDATE batches SET cancel_requested = 0 WHERE batch_key = ?", arguments: [key])
            }
            try db.settleBatch(key)
        }
    }

    public func updateAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE attempts SET provider = ?, settings = ?, account = ? WHERE attempt_key = ?",
                arguments: [
                    attempt.provider.name, try Column.json(attempt.provider), try attempt.account.map(Column.json),
                    try db.attemptKey(attempt.number, ofBatch: try db.batchKey(claim)),
                ])
        }
    }

    // MARK: - Jobs

    public func saveJob(_ job: ProviderJobID, state: JobState, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            try db.updateJob(try db.jobKey(job, ofBatch: key), state: state)
            try db.settleBatch(key)
        }
    }

    public func jobRequests(_ query: JobRequestQuery) async throws -> Page<StoredRequest> {
        try await read { db in
            let key = try db.batchKey(query.job.batch)
            let sql = """
                SELECT r.*, l.line FROM job_requests t JOIN requests r ON r.request_key = t.request_key
                    JOIN request_lines l ON l.request_key = t.request_key
                WHERE t.job_key = ? AND t.request_key > coalesce(
                    (SELECT request_key FROM requests WHERE batch_key = ? AND position = ?), 0)
                \(query.onlyOpen ? "AND t.outcome IS NULL" : "") ORDER BY t.request_key LIMIT ?
                """
            let endpoint = try db.endpoint(query.job.batch)
            let arguments: StatementArguments = [try db.jobKey(query.job, ofBatch: key), key, query.after ?? -1, query.limit + 1]
            return try db.page(sql, arguments, limit: query.limit) { StoredRequest(row: $0, endpoint: endpoint) }
        }
    }

    public func endJob(
        _ job: ProviderJobID, state: JobState, closing: JobState.Closing, claim: Claim
    ) async throws -> OutcomeCounts {
        try await write { db in
            let key = try db.batchKey(claim)
            let jobKey = try db.jobKey(job, ofBatch: key)
            try db.close(jobKey, closing, at: state.endedAt ?? Date())
            let requests = try Int.fetchOne(db, sql: "SELECT requests FROM provider_jobs WHERE job_key = ?", arguments: [jobKey])
            let counts = try db.liveJobCounts(jobKey: jobKey, requests: requests ?? 0)
            guard counts.open == 0 else { throw LLMBatchError.countsDisagree(job, counts) }
            try db.updateJob(jobKey, state: state, frozen: counts)
            try db.settleBatch(key)
            return counts
        }
    }

    public func requestCancel(of id: BatchID) async throws {
        try await write { db in
            try db.execute(sql: "UPDATE batches SET cancel_requested = 1 WHERE batch_key = ?", arguments: [db.batchKey(id)])
        }
    }

    public func isCancelRequested(_ id: BatchID) async throws -> Bool {
        try await read { db in
            let sql = "SELECT cancel_requested FROM batches WHERE id = ?"
            return try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: [id.rawValue]) ?? false
        }
    }
}

extension Database {
    func insertAttempt(_ attempt: Attempt, batchKey: Int64, sealed: Bool) throws {
        try execute(
            sql: """
                INSERT INTO attempts (batch_key, number, parent, outcomes, provider, model, settings, account, sealed, created_at)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                batchKey, attempt.number, attempt.parent,
                try attempt.outcomes.map { try Column.json($0.sorted { $0.rawValue < $1.rawValue }) }, attempt.provider.name,
                attempt.provider.model, try Column.json(attempt.provider), try attempt.account.map(Column.json), sealed,
                attempt.createdAt.milliseconds,
            ])
    }

    fileprivate func plannedJob(_ index: Int, attemptKey: Int64) throws -> Int64 {
        try run("INSERT OR IGNORE INTO provider_jobs (attempt_key, job_index) VALUES (?, ?)", [attemptKey, index])
        let sql = "SELECT job_key FROM provider_jobs WHERE attempt_key = ? AND job_index = ?"
        return try Int64.fetchOne(cachedStatement(sql: sql), arguments: [attemptKey, index]) ?? 0
    }

    func updateJob(_ jobKey: Int64, state: JobState, frozen: OutcomeCounts? = nil) throws {
        var columns = try state.columns()
        if let frozen { columns += Outcome.allCases.map { ($0.rawValue, frozen[$0]) } }
        let assignments = columns.map { "\($0.0) = ?" }.joined(separator: ", ")
        try run(
            "UPDATE provider_jobs SET \(assignments) WHERE job_key = ?", StatementArguments(columns.map(\.1)) + [jobKey])
    }

    /// Gives what is open in a job its closing outcome.
    fileprivate func close(_ jobKey: Int64, _ closing: JobState.Closing, at date: Date) throws {
        try execute(
            sql: """
                UPDATE requests SET outcome = ?, answer_job = ? WHERE request_key IN (
                    SELECT request_key FROM job_requests WHERE job_key = ? AND outcome IS NULL)
                """, arguments: [closing.outcome.rawValue, jobKey, jobKey])
        try execute(
            sql: """
                UPDATE job_requests SET outcome = ?, error_code = ?, error_message = ?, recorded_at = ?
                WHERE job_key = ? AND outcome IS NULL
                """,
            arguments: [closing.outcome.rawValue, closing.error.code, closing.error.message, date.milliseconds, jobKey])
    }

    /// Lets the status of a batch follow from its latest attempt's jobs, and freezes its counts when it has ended.
    func settleBatch(_ key: Int64) throws {
        let sql = """
            SELECT status, ended_at FROM provider_jobs JOIN attempts USING (attempt_key)
            WHERE batch_key = ? AND sealed = 1
                AND number = (SELECT max(number) FROM attempts WHERE batch_key = ? AND sealed = 1)
            """
        let rows = try Row.fetchAll(cachedStatement(sql: sql), arguments: [key, key])
        let status = BatchStatus.combined(rows.compactMap { BatchStatus(rawValue: $0["status"]) })
        let finished = status.isFinal ? rows.compactMap { $0["ended_at"] as Int64? }.max() : nil
        let counts = status.isFinal ? try liveCounts(batchKey: key) : nil
        let frozen = Outcome.allCases.map { outcome in counts.map { $0[outcome] } }
        let names = Outcome.allCases.map { "\($0.rawValue) = ?" }.joined(separator: ", ")
        try run(
            "UPDATE batches SET status = ?, finished_at = ?, \(names) WHERE batch_key = ?",
            [status.rawValue, finished] + StatementArguments(frozen) + [key])
    }
}
