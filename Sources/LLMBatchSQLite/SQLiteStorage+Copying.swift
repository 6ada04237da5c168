import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func tries(of id: BatchID, after cursor: TryCursor?, limit: Int) async throws -> Page<StoredTry> {
        try await read { db in
            let (key, endpoint) = try db.keyAndEndpoint(id)
            var found: [StoredTry] = []
            for (job, jobKey) in try db.sealedJobs(key, batch: id) {
                if let cursor, (job.attempt, job.index) < (cursor.attempt, cursor.index) { continue }
                let isCursors = cursor.map { ($0.attempt, $0.index) == (job.attempt, job.index) } ?? false
                let page = try db.tryRows(
                    jobKey: jobKey, batchKey: key, after: isCursors ? cursor?.position : nil, limit: limit - found.count
                ) { row in
                    StoredTry(
                        job: job, position: RequestKey.position(of: try row.integer(1)), asked: try row.bytes(15),
                        result: try BatchResult(row, batch: id, endpoint: endpoint),
                        source: try BatchResult.source(row))
                }
                found += page.elements
                if page.hasMore { return Page(elements: found, hasMore: true) }
            }
            return Page(elements: found, hasMore: false)
        }
    }

    public func beginRestore(_ snapshot: BatchSnapshot) async throws {
        let (record, hidden) = (snapshot.batch, whileCopied(snapshot.batch.id))
        let given = try await write { db in
            let given = try db.hide(hidden)
            try db.insertBatch(
                NewBatch(
                    id: hidden, name: record.name, endpoint: record.endpoint, metadata: record.metadata,
                    provider: record.provider, definition: record.definition, createdAt: record.createdAt))
            let key = db.lastInsertedRowID
            try db.execute(
                sql: """
                    UPDATE batches SET content_sha256 = ?, cancel_requested = ?, imported_at = ?, imported_from = ?
                    WHERE batch_key = ?
                    """,
                arguments: [
                    Data(record.contentSHA256), record.cancelRequested, record.importedAt?.milliseconds,
                    record.importedFrom, key,
                ])
            for attempt in snapshot.attempts {
                try db.insertAttempt(attempt, batchKey: key, sealed: true)
                let attemptKey = db.lastInsertedRowID
                for job in snapshot.jobs where job.id.attempt == attempt.number {
                    try db.insertJob(job, attemptKey: attemptKey, hiding: hidden)
                }
            }
            return given
        }
        if let given { await removeRest(of: given) }
    }

    public func restoreRequests(_ requests: [NewRequest], to id: BatchID) async throws {
        let hidden = whileCopied(id)
        try await write { db in
            let key = try db.copyKey(id, hidden)
            try db.insertRequests(requests, batchKey: key)
            try db.touch(key)
        }
    }

    public func restoreTries(_ tries: [StoredTry], to id: BatchID) async throws {
        let hidden = whileCopied(id)
        try await write { db in
            let key = try db.copyKey(id, hidden)
            try db.touch(key)
            let isOnly = try db.hasOneAttempt(batchKey: key)
            for entry in tries { try db.restore(entry, batchKey: key, isOnlyAttempt: isOnly) }
        }
    }

    public func restoreAnomalies(_ anomalies: [Anomaly], to id: BatchID) async throws {
        let hidden = whileCopied(id)
        try await write { db in
            let key = try db.copyKey(id, hidden)
            for anomaly in anomalies {
                let job = ProviderJobID(batch: id, attempt: anomaly.attempt, index: anomaly.jobIndex)
                try db.note(anomaly, jobKey: try db.jobKey(job, ofBatch: key), batchKey: key)
            }
        }
    }

    public func sealRestore(_ id: BatchID) async throws {
        let hidden = whileCopied(id)
        let replaced = try await write { db in
            let key = try db.copyKey(id, hidden)
            // A claim on the replaced copy must not match a claim on this one.
            let fence = try Int.fetchOne(
                db, sql: "SELECT claim_fence FROM batches WHERE id = ?", arguments: [id.rawValue])
            let replaced = try db.hide(id)
            try db.recount(batch: key)
            do {
                try db.execute(
                    sql: """
                        UPDATE batches SET id = ?, sealed = 1, claim_owner = NULL, claim_fence = ? WHERE batch_key = ?
                        """, arguments: [id.rawValue, fence.map { $0 + 1 } ?? 0, key])
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                let name = try String.fetchOne(
                    db, sql: "SELECT name FROM batches WHERE batch_key = ?", arguments: [key])
                throw LLMBatchError.nameTaken(name ?? "")
            }
            try db.unhideTokens(batchKey: key, hiding: hidden)
            try db.settleBatch(key)
            return replaced
        }
        if let replaced { await removeRest(of: replaced) }
    }

    /// The id of an unfinished copy, which no batch can have; different for each storage that makes a copy.
    private func whileCopied(_ id: BatchID) -> BatchID { BatchID(rawValue: "copy:\(instance):\(id)") }
}

extension Database {
    fileprivate func copyKey(_ id: BatchID, _ hidden: BatchID) throws -> Int64 {
        let sql = "SELECT batch_key FROM batches WHERE id = ? AND sealed = 0"
        guard let key = try Int64.fetchOne(cachedStatement(sql: sql), arguments: [hidden.rawValue]) else {
            throw LLMBatchError.noCopy(id)
        }
        return key
    }

    fileprivate func sealedJobs(_ key: Int64, batch: BatchID) throws -> [(ProviderJobID, Int64)] {
        let sql = """
            SELECT a.number, j.job_index, j.job_key FROM provider_jobs j JOIN attempts a USING (attempt_key)
            WHERE a.batch_key = ? AND a.sealed = 1 ORDER BY a.number, j.job_index
            """
        return try Row.fetchAll(cachedStatement(sql: sql), arguments: [key]).map { row in
            (try ProviderJobID(row: row, batch: batch), try row.get("job_key"))
        }
    }

    fileprivate func tryRows(
        jobKey: Int64, batchKey: Int64, after position: Int?, limit: Int, _ element: (BareStatement) throws -> StoredTry
    ) throws -> Page<StoredTry> {
        let rows = try BareStatement(
            self,
            """
            SELECT \(BatchResult.columns), n.line AS asked
            FROM job_requests t JOIN requests r ON r.request_key = t.request_key \(BatchResult.tryJoins)
            WHERE t.job_key = ?1 AND t.request_key > ?2 AND t.request_key <= ?3 ORDER BY t.request_key LIMIT ?4
            """)
        try bindPage(rows, batchKey, after: position, limit: limit)
        try rows.bind(1, jobKey)
        return try page(rows, limit: limit, lines: BatchResult.lines + [15], element)
    }

    fileprivate func insertJob(_ job: ProviderJob, attemptKey: Int64, hiding hidden: BatchID) throws {
        try execute(
            sql: """
                INSERT INTO provider_jobs (attempt_key, job_index, requests, bytes, sha256, collected, \(Self.countColumns))
                VALUES (?, ?, ?, ?, ?, ?, \(Outcome.allCases.map { _ in "?" }.joined(separator: ", ")))
                """,
            arguments: [
                attemptKey, job.id.index, job.input.requests, job.input.bytes, job.input.sha256.map { Data($0) },
                try Column.json(job.state.collected),
            ] + StatementArguments(Outcome.allCases.map { job.counts[$0] }))
        let key = lastInsertedRowID
        var state = job.state
        // The older copy beside it has the same tokens.
        state.token = state.token.map { "\(hidden) \($0)" }
        try updateJob(key, state: state, of: job.id)
    }

    /// Restores the tokens of a copy's jobs, once the older copy is deleted.
    ///
    /// - Throws: `storage` when another batch has one of them.
    fileprivate func unhideTokens(batchKey: Int64, hiding hidden: BatchID) throws {
        try execute(
            sql: """
                UPDATE provider_jobs SET token = substr(token, ?)
                WHERE token IS NOT NULL AND attempt_key IN (SELECT attempt_key FROM attempts WHERE batch_key = ?)
                """, arguments: ["\(hidden) ".count + 1, batchKey])
    }

    fileprivate func restore(_ entry: StoredTry, batchKey: Int64, isOnlyAttempt: Bool) throws {
        let key = try jobKey(entry.job, ofBatch: batchKey)
        let sql = "SELECT request_key FROM requests WHERE request_key = ?"
        guard let wanted = RequestKey.at(entry.position, ofBatch: batchKey),
            let request = try Int64.fetchOne(cachedStatement(sql: sql), arguments: [wanted])
        else { throw LLMBatchError.noRequest(at: entry.position, of: entry.job.batch) }
        try insertTry(jobKey: key, requestKey: request, asked: entry.asked)
        if let result = entry.result {
            // The rows of a copy are counted when it is sealed.
            var writer = try ResultWriter(
                self, job: entry.job, jobKey: key, batchKey: batchKey, isOnlyAttempt: isOnlyAttempt)
            try writer.restore(result, source: entry.source, requestKey: request)
        } else if !isOnlyAttempt {
            _ = try refreshAnswers("?", [request])
        }
    }
}
