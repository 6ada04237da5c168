public import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    // MARK: - Claims

    public func claim(_ id: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim {
        try await write { db in
            let key = try db.batchKey(id)
            let row = try Row.fetchOne(
                db, sql: "SELECT claim_owner, claim_until, claim_fence FROM batches WHERE batch_key = ?",
                arguments: [key])
            guard let row else { throw LLMBatchError.noBatch(id) }
            if let held = try row.decodedIfPresent(ClaimOwner.self, "claim_owner"),
                let until = try row.optionalTime("claim_until"),
                held != owner,
                until > now, !held.isGone()
            {
                throw LLMBatchError.held(id, by: held.description)
            }
            let fence = try row.count("claim_fence") + 1
            try db.execute(
                sql: "UPDATE batches SET claim_owner = ?, claim_until = ?, claim_fence = ? WHERE batch_key = ?",
                arguments: [try Column.json(owner), expiry.milliseconds, fence, key])
            return Claim(batch: id, owner: owner, fence: fence)
        }
    }

    public func renew(_ claim: Claim, until expiry: Date) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE batches SET claim_owner = ?, claim_until = ? WHERE batch_key = ?",
                arguments: [try Column.json(claim.owner), expiry.milliseconds, try db.batchKey(claim)])
        }
    }

    public func release(_ claim: Claim) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE batches SET claim_owner = NULL, claim_until = NULL WHERE id = ? AND claim_fence = ?",
                arguments: [claim.batch.rawValue, claim.fence])
        }
    }

    // MARK: - Jobs

    public func saveProviderJob(_ job: ProviderJobID, state: ProviderJobState, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            try db.updateJob(try db.jobKey(job, ofBatch: key), state: state, of: job)
            try db.settleBatch(key)
        }
    }

    public func providerJobRequests(_ query: ProviderJobRequestQuery) async throws -> Page<StoredRequest> {
        let wanted = query.customIDs.map { _ in
            """
            AND t.request_key IN (
                SELECT w.request_key FROM requests w
                WHERE w.batch_key = ? AND w.custom_id IN (SELECT value FROM json_each(?)))
            """
        }
        return try await read { db in
            let key = try db.batchKey(query.job.batch)
            // The plus keeps a look-up of a few requests from scanning the whole job.
            let place = wanted == nil ? "t.request_key" : "+t.request_key"
            let sql = """
                SELECT r.*, coalesce(n.line, l.line) AS line FROM job_requests t
                    JOIN requests r ON r.request_key = t.request_key
                    JOIN request_lines l ON l.request_key = t.request_key
                    LEFT JOIN asked_lines n ON n.job_key = t.job_key AND n.request_key = t.request_key
                WHERE t.job_key = ? AND \(place) > \(Database.keyAtPosition)
                \(query.onlyOpen ? "AND t.outcome IS NULL" : "") \(wanted ?? "") ORDER BY t.request_key LIMIT ?
                """
            let endpoint = try db.endpoint(query.job.batch)
            var arguments: StatementArguments = [try db.jobKey(query.job, ofBatch: key), key, query.after ?? -1]
            if let ids = query.customIDs { arguments += [key, try Column.json(ids.compactMap(\.column))] }
            arguments += [query.limit + 1]
            return try db.page(sql, arguments, limit: query.limit) { try StoredRequest(row: $0, endpoint: endpoint) }
        }
    }

    public func customIDs(of job: ProviderJobID, at positions: [Int]) async throws -> [Int: CustomID] {
        try await read { db in
            let key = try db.batchKey(job.batch)
            let jobKey = try db.jobKey(job, ofBatch: key)
            let sql = """
                SELECT r.custom_id FROM requests r JOIN job_requests t ON t.job_key = ? AND t.request_key = r.request_key
                WHERE r.batch_key = ? AND r.position = ?
                """
            let statement = try db.cachedStatement(sql: sql)
            var found: [Int: CustomID] = [:]
            for position in positions {
                found[position] = try String.fetchOne(statement, arguments: [jobKey, key, position])
                    .map { CustomID($0) }
            }
            return found
        }
    }

    public func endProviderJob(
        _ job: ProviderJobID, state: ProviderJobState, closing: ProviderJobState.Closing, claim: Claim
    ) async throws -> OutcomeCounts {
        try await write { db in
            let key = try db.batchKey(claim)
            let jobKey = try db.jobKey(job, ofBatch: key)
            try db.close(jobKey, closing, at: state.endedAt ?? Date(), batchKey: key)
            let counts = try db.jobCounts(jobKey)
            guard counts.open == 0 else { throw LLMBatchError.countsDisagree(job, counts) }
            try db.updateJob(jobKey, state: state, of: job)
            try db.settleBatch(key)
            return counts
        }
    }

    public func requestCancel(of id: BatchID) async throws {
        try await write { db in
            try db.execute(
                sql: "UPDATE batches SET cancel_requested = 1 WHERE batch_key = ?", arguments: [db.batchKey(id)])
        }
    }

    public func isCancelRequested(_ id: BatchID) async throws -> Bool {
        try await read { db in
            let sql = "SELECT cancel_requested FROM batches WHERE batch_key = ?"
            return try Bool.fetchOne(db.cachedStatement(sql: sql), arguments: [db.batchKey(id)]) ?? false
        }
    }
}

extension Database {
    /// Maps a batch key and a position to the request key at that position, or at the last one before it: the cursor of
    /// a list of requests.
    static let keyAtPosition = """
        coalesce((SELECT request_key FROM requests WHERE batch_key = ? AND position <= ? ORDER BY position DESC LIMIT 1), 0)
        """

    func updateJob(_ jobKey: Int64, state: ProviderJobState, of job: ProviderJobID) throws {
        let columns = try state.columns()
        let assignments = columns.map { "\($0.0) = ?" }.joined(separator: ", ")
        do {
            try run(
                // The checkpoint of one job at the provider is meaningless for another.
                """
                UPDATE provider_jobs SET \(assignments),
                    collected = iif(remote_id IS NULL OR remote_id IS ?, collected, ?) WHERE job_key = ?
                """,
                StatementArguments(columns.map(\.1)) + [
                    state.remoteID, try Column.json(CollectionProgress()), jobKey,
                ])
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
            throw LLMBatchError.tokenTaken(by: try holder(of: state.token) ?? job)
        }
    }

    /// The job that has a token.
    private func holder(of token: String?) throws -> ProviderJobID? {
        let row = try Row.fetchOne(
            self,
            sql: """
                SELECT id, number, job_index FROM provider_jobs JOIN attempts USING (attempt_key)
                JOIN batches USING (batch_key) WHERE token = ?
                """, arguments: [token])
        return try row.map { try ProviderJobID(row: $0, batch: BatchID(rawValue: $0.get("id"))) }
    }

    /// Gives the open requests of a job their closing outcome.
    fileprivate func close(_ jobKey: Int64, _ closing: ProviderJobState.Closing, at date: Date, batchKey: Int64) throws
    {
        let isOnly = try hasOneAttempt(batchKey: batchKey)
        var tally = Tally()
        if isOnly {
            try execute(
                sql: """
                    UPDATE requests SET outcome = ?, answer_job = ? WHERE request_key IN (
                        SELECT request_key FROM job_requests WHERE job_key = ? AND outcome IS NULL)
                    """, arguments: [closing.outcome.rawValue, jobKey, jobKey])
            tally.moveBatch(to: closing.outcome, count: changesCount)
        }
        try execute(
            sql: """
                UPDATE job_requests SET outcome = ?, error_code = ?, error_message = ?, recorded_at = ?
                WHERE job_key = ? AND outcome IS NULL
                """,
            arguments: [closing.outcome.rawValue, closing.error.code, closing.error.message, date.milliseconds, jobKey])
        tally.moveJob(to: closing.outcome, count: changesCount)
        if !isOnly {
            tally.addToBatch(
                try refreshAnswers("SELECT request_key FROM job_requests WHERE job_key = ?", [jobKey]))
        }
        try move(tally, job: jobKey, batch: batchKey)
    }

    /// Derives the status of a batch from the jobs of its latest attempt.
    func settleBatch(_ key: Int64) throws {
        let latest = "SELECT attempt_key FROM attempts WHERE batch_key = ? AND sealed = 1 ORDER BY number DESC LIMIT 1"
        let attempt = try Int64.fetchOne(cachedStatement(sql: latest), arguments: [key])
        // One look-up per status, however many jobs there are.
        let statuses = try BatchStatus.allCases.filter { status in
            let sql = "SELECT 1 FROM provider_jobs WHERE attempt_key = ? AND status = ? LIMIT 1"
            return try Int.fetchOne(cachedStatement(sql: sql), arguments: [attempt, status.rawValue]) != nil
        }
        let status = BatchStatus.combined(statuses)
        let end = "SELECT max(ended_at) FROM provider_jobs WHERE attempt_key = ? AND status = ?"
        let ends =
            try status.isFinal
            ? statuses.compactMap {
                try Int64.fetchOne(cachedStatement(sql: end), arguments: [attempt, $0.rawValue])
            } : []
        let finished = ends.max()
        // The schema rejects an end at which the counts do not add up.
        try run(
            "UPDATE batches SET status = ?, finished_at = ? WHERE batch_key = ?", [status.rawValue, finished, key])
    }
}
