import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func beginAttempt(_ attempt: Attempt, claim: Claim) async throws {
        let unsealed = try await read { db in
            let sql = "SELECT attempt_key FROM attempts WHERE batch_key = ? AND sealed = 0"
            return try Int64.fetchAll(db, sql: sql, arguments: [db.batchKey(claim)])
        }
        let number = attempt.number
        try await read { db in _ = try db.checkAttempt(number, claim) }
        for key in unsealed { try await removeUnsealedAttempt(key, claim: claim) }
        try await write { db in
            try db.insertAttempt(attempt, batchKey: try db.checkAttempt(number, claim), sealed: false)
        }
    }

    public func assign(_ assignments: [ProviderJobAssignment], attempt: Int, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            let attemptKey = try db.unsealedAttemptKey(attempt, ofBatch: key, claim.batch)
            var jobKeys: [Int: Int64] = [:]
            for assignment in assignments {
                let requestKey = try db.unassigned(
                    assignment.position, attemptKey: attemptKey, batchKey: key, claim.batch)
                let jobKey = try jobKeys[assignment.job] ?? db.plannedJob(assignment.job, attemptKey: attemptKey)
                jobKeys[assignment.job] = jobKey
                try db.insertTry(jobKey: jobKey, requestKey: requestKey, asked: assignment.line)
            }
        }
    }

    public func sealAttempt(_ attempt: Int, jobs: [Int: ProviderJobDigest], claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            let attemptKey = try db.unsealedAttemptKey(attempt, ofBatch: key, claim.batch)
            guard try db.filledJobs(attemptKey) == jobs.mapValues(\.requests) else {
                throw LLMBatchError.jobsDiffer(attempt: attempt, of: claim.batch)
            }
            for (index, digest) in jobs {
                try db.execute(
                    sql:
                        "UPDATE provider_jobs SET requests = ?, bytes = ?, sha256 = ? WHERE attempt_key = ? AND job_index = ?",
                    arguments: [digest.requests, digest.bytes, digest.sha256.map { Data($0) }, attemptKey, index])
            }
            try db.execute(sql: "UPDATE attempts SET sealed = 1 WHERE attempt_key = ?", arguments: [attemptKey])
            // A draft that its owner cancelled stays cancelled; a retry is a new decision.
            if attempt > 1 {
                try db.execute(sql: "UPDATE batches SET cancel_requested = 0 WHERE batch_key = ?", arguments: [key])
            }
            try db.settleBatch(key)
            try db.reopen(attemptKey: attemptKey, batchKey: key)
        }
    }

    public func updateAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            try db.execute(
                sql: """
                    UPDATE attempts SET provider = ?, model = ?, settings = ?, account = ? WHERE batch_key = ? AND number = ?
                    """,
                arguments: [
                    attempt.provider.name, attempt.provider.model, try Column.json(attempt.provider),
                    try attempt.account.map(Column.json), key, attempt.number,
                ])
            guard db.changesCount > 0 else { throw LLMBatchError.noAttempt(attempt.number, of: claim.batch) }
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
                try attempt.outcomes.map { try Column.json($0.sorted { $0.rawValue < $1.rawValue }) },
                attempt.provider.name,
                attempt.provider.model, try Column.json(attempt.provider), try attempt.account.map(Column.json), sealed,
                attempt.createdAt.milliseconds,
            ])
    }

    /// Adds a request to a job, with the line to send when it is not the request's own.
    func insertTry(jobKey: Int64, requestKey: Int64, asked: [UInt8]?) throws {
        try run("INSERT INTO job_requests (job_key, request_key) VALUES (?, ?)", [jobKey, requestKey])
        guard let asked else { return }
        try run(
            "INSERT INTO asked_lines (job_key, request_key, line) VALUES (?, ?, ?)", [jobKey, requestKey, Data(asked)])
    }

    /// - Returns: the row key of the batch.
    /// - Throws: `wrongState` when an attempt with this number or a later one is sealed; when the claim is stale.
    fileprivate func checkAttempt(_ number: Int, _ claim: Claim) throws -> Int64 {
        let key = try batchKey(claim)
        let latest = try Int.fetchOne(
            self, sql: "SELECT max(number) FROM attempts WHERE batch_key = ? AND sealed = 1", arguments: [key])
        guard number > latest ?? 0 else { throw LLMBatchError.attemptTaken(number, of: claim.batch) }
        return key
    }

    /// The row key of an attempt that is still being filled.
    fileprivate func unsealedAttemptKey(_ number: Int, ofBatch key: Int64, _ id: BatchID) throws -> Int64 {
        let sql = "SELECT attempt_key, sealed FROM attempts WHERE batch_key = ? AND number = ?"
        guard let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: [key, number]) else {
            throw LLMBatchError.noAttempt(number, of: id)
        }
        guard try !row.get("sealed") else { throw LLMBatchError.attemptSealed(number, of: id) }
        return try row.get("attempt_key")
    }

    /// The row key of a request that is not in the attempt yet.
    fileprivate func unassigned(_ position: Int, attemptKey: Int64, batchKey: Int64, _ id: BatchID) throws -> Int64 {
        let sql = """
            SELECT r.request_key, EXISTS (
                SELECT 1 FROM job_requests t JOIN provider_jobs j USING (job_key)
                WHERE t.request_key = r.request_key AND j.attempt_key = ?) AS held
            FROM requests r WHERE r.batch_key = ? AND r.position = ?
            """
        guard let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: [attemptKey, batchKey, position]) else {
            throw LLMBatchError.noRequest(at: position, of: id)
        }
        guard try !row.get("held") else { throw LLMBatchError.assignedTwice(position) }
        return try row.get("request_key")
    }

    fileprivate func plannedJob(_ index: Int, attemptKey: Int64) throws -> Int64 {
        try run(
            """
            INSERT OR IGNORE INTO provider_jobs (attempt_key, job_index, \(Self.countColumns))
            VALUES (?, ?, 0, 0, 0, 0, 0, 0)
            """, [attemptKey, index])
        let sql = "SELECT job_key FROM provider_jobs WHERE attempt_key = ? AND job_index = ?"
        return try Int64.fetchOne(cachedStatement(sql: sql), arguments: [attemptKey, index]) ?? 0
    }

    /// Opens the requests of an attempt again; their batch has then no longer ended.
    fileprivate func reopen(attemptKey: Int64, batchKey: Int64) throws {
        let asked = "SELECT request_key FROM job_requests JOIN provider_jobs USING (job_key) WHERE attempt_key = ?"
        var tally = Tally()
        for (outcome, count) in try answered(asked, [attemptKey]) {
            tally.moveBatch(from: outcome, to: nil, count: count)
        }
        try execute(
            sql: "UPDATE requests SET outcome = NULL WHERE outcome IS NOT NULL AND request_key IN (\(asked))",
            arguments: [attemptKey])
        try move(tally, job: nil, batch: batchKey)
    }

    /// The number of requests assigned to each job of an attempt.
    fileprivate func filledJobs(_ attemptKey: Int64) throws -> [Int: Int] {
        let sql = """
            SELECT j.job_index, (SELECT count(*) FROM job_requests t WHERE t.job_key = j.job_key) AS requests
            FROM provider_jobs j WHERE j.attempt_key = ?
            """
        var filled: [Int: Int] = [:]
        for row in try Row.fetchAll(self, sql: sql, arguments: [attemptKey]) {
            filled[try row.get("job_index")] = try row.get("requests")
        }
        return filled
    }
}
