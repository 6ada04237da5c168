import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    // MARK: - Planning

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
            let holder = try BareStatement(
                db,
                """
                SELECT 1 FROM job_requests t JOIN provider_jobs j USING (job_key)
                WHERE t.request_key = ?1 AND j.attempt_key = ?2
                """)
            try holder.bind(2, attemptKey)
            let insert = try BareStatement(db, "INSERT INTO job_requests (job_key, request_key) VALUES (?1, ?2)")
            var jobKeys: [Int: Int64] = [:]
            for assignment in assignments {
                guard let request = RequestKey.at(assignment.position, ofBatch: key) else {
                    throw LLMBatchError.noRequest(at: assignment.position, of: claim.batch)
                }
                try holder.bind(1, request)
                defer { holder.reset() }
                guard try !holder.step() else { throw LLMBatchError.assignedTwice(assignment.position) }
                let jobKey = try jobKeys[assignment.job] ?? db.plannedJob(assignment.job, attemptKey: attemptKey)
                jobKeys[assignment.job] = jobKey
                try insert.bind(1, jobKey)
                try insert.bind(2, request)
                do { try insert.run() } catch let error as DatabaseError
                    where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY
                {
                    throw LLMBatchError.noRequest(at: assignment.position, of: claim.batch)
                }
                if let asked = assignment.line { try db.insertAsked(asked, jobKey: jobKey, requestKey: request) }
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
            if attempt > 1 { try db.reopen(attemptKey: attemptKey, batchKey: key) }
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

    // MARK: - Provider jobs

    public func attempts(of id: BatchID) async throws -> [Attempt] {
        try await read { db in try db.attempts(batchKey: try db.batchKey(id)) }
    }

    public func providerJobs(of id: BatchID, attempt: Int?) async throws -> [ProviderJob] {
        try await read { db in
            let sql = """
                SELECT j.*, a.number FROM provider_jobs j JOIN attempts a USING (attempt_key)
                WHERE a.batch_key = ? AND a.sealed = 1 AND (? IS NULL OR a.number = ?) ORDER BY a.number, j.job_index
                """
            return try Row.fetchAll(db, sql: sql, arguments: [db.batchKey(id), attempt, attempt])
                .map { try ProviderJob(row: $0, batch: id) }
        }
    }

    public func providerJob(_ id: ProviderJobID) async throws -> ProviderJob {
        try await read { db in
            let key = try db.jobKey(id, ofBatch: try db.batchKey(id.batch))
            let sql =
                "SELECT j.*, a.number FROM provider_jobs j JOIN attempts a USING (attempt_key) WHERE j.job_key = ?"
            guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [key]) else {
                throw LLMBatchError.noProviderJob(id)
            }
            return try ProviderJob(row: row, batch: id.batch)
        }
    }

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
                WHERE w.batch_key = ?1 AND w.custom_id IN (SELECT value FROM json_each(?6)))
            """
        }
        return try await read { db in
            let (key, endpoint) = try db.keyAndEndpoint(query.job.batch)
            let jobKey = try db.jobKey(query.job, ofBatch: key)
            if query.onlyOpen, try db.jobCounts(jobKey).open == 0 { return Page(elements: [], hasMore: false) }
            // The plus keeps a look-up of a few requests from scanning the whole job.
            let place = wanted == nil ? "t.request_key" : "+t.request_key"
            let open = """
                AND NOT EXISTS (SELECT 1 FROM results s WHERE s.job_key = t.job_key AND s.request_key = t.request_key)
                """
            let rows = try BareStatement(
                db,
                """
                SELECT \(StoredRequest.columns), coalesce(n.line, l.line) AS line FROM job_requests t
                    JOIN requests r ON r.request_key = t.request_key
                    JOIN request_lines l ON l.request_key = t.request_key
                    LEFT JOIN asked_lines n ON n.job_key = t.job_key AND n.request_key = t.request_key
                WHERE t.job_key = ?5 AND \(place) > ?2 AND \(place) <= ?3
                \(query.onlyOpen ? open : "") \(wanted ?? "") ORDER BY t.request_key LIMIT ?4
                """)
            try db.bindPage(rows, key, after: query.after, limit: query.limit)
            try rows.bind(5, jobKey)
            if let ids = query.customIDs { try rows.bind(6, try Column.json(ids.compactMap(\.column))) }
            return try db.page(rows, limit: query.limit, lines: [5]) { try StoredRequest($0, endpoint: endpoint) }
        }
    }

    public func customIDs(of job: ProviderJobID, at positions: [Int]) async throws -> [Int: CustomID] {
        try await read { db in
            let key = try db.batchKey(job.batch)
            let row = try BareStatement(
                db,
                """
                SELECT r.custom_id FROM job_requests t JOIN requests r ON r.request_key = t.request_key
                WHERE t.job_key = ?1 AND t.request_key = ?2
                """)
            try row.bind(1, try db.jobKey(job, ofBatch: key))
            var found: [Int: CustomID] = [:]
            for position in positions {
                guard let request = RequestKey.at(position, ofBatch: key) else { continue }
                try row.bind(2, request)
                defer { row.reset() }
                if try row.step() { found[position] = CustomID(try row.text(0)) }
            }
            return found
        }
    }
}

extension Database {
    func attempts(batchKey: Int64) throws -> [Attempt] {
        let sql = "SELECT * FROM attempts WHERE batch_key = ? AND sealed = 1 ORDER BY number"
        return try Row.fetchAll(cachedStatement(sql: sql), arguments: [batchKey]).map(Attempt.init)
    }

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
        if let asked { try insertAsked(asked, jobKey: jobKey, requestKey: requestKey) }
    }

    fileprivate func insertAsked(_ line: [UInt8], jobKey: Int64, requestKey: Int64) throws {
        try run(
            "INSERT INTO asked_lines (job_key, request_key, line) VALUES (?, ?, ?)", [jobKey, requestKey, Data(line)])
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

    fileprivate func plannedJob(_ index: Int, attemptKey: Int64) throws -> Int64 {
        try run(
            """
            INSERT OR IGNORE INTO provider_jobs (attempt_key, job_index, \(Self.countColumns))
            VALUES (?, ?, 0, 0, 0, 0, 0, 0)
            """, [attemptKey, index])
        let sql = "SELECT job_key FROM provider_jobs WHERE attempt_key = ? AND job_index = ?"
        return try Int64.fetchOne(cachedStatement(sql: sql), arguments: [attemptKey, index]) ?? 0
    }

    /// Opens the requests of a retry again; their batch has then no longer ended.
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
