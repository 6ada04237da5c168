import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func batch(_ id: BatchID) async throws -> BatchRecord? {
        try await read { db in try db.batchRecord(id) }
    }

    public func batches(_ query: BatchQuery) async throws -> Page<BatchRecord> {
        try await read { db in
            if let after = query.after,
                try Bool.fetchOne(db, sql: "SELECT 1 FROM batches WHERE id = ?", arguments: [after.rawValue]) == nil
            {
                throw LLMBatchError.cursorGone(after)
            }
            let (condition, arguments) = query.condition
            let rows = try Row.fetchAll(
                db, sql: "SELECT * FROM batches WHERE \(condition) ORDER BY batch_key DESC LIMIT ? OFFSET ?",
                arguments: arguments + [query.limit + 1, query.offset])
            return Page(overfull: try rows.map(db.batchRecord), limit: query.limit)
        }
    }

    public func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID] {
        try await read { db in
            // One look-up in the index a batch, however many requests there are.
            let sql = """
                SELECT b.id FROM batches b WHERE b.sealed = 1
                    AND EXISTS (SELECT 1 FROM requests r WHERE r.batch_key = b.batch_key AND r.custom_id = ?)
                ORDER BY b.batch_key DESC LIMIT ?
                """
            return try String.fetchAll(db, sql: sql, arguments: [customID.column, limit]).map(BatchID.init)
        }
    }

    public func attempts(of id: BatchID) async throws -> [Attempt] {
        try await read { db in
            let sql = "SELECT * FROM attempts WHERE batch_key = ? AND sealed = 1 ORDER BY number"
            return try Row.fetchAll(db, sql: sql, arguments: [db.batchKey(id)]).map(Attempt.init)
        }
    }

    public func jobs(of id: BatchID, attempt: Int?) async throws -> [ProviderJob] {
        try await read { db in
            let sql = """
                SELECT j.*, a.number FROM provider_jobs j JOIN attempts a USING (attempt_key)
                WHERE a.batch_key = ? AND a.sealed = 1 AND (? IS NULL OR a.number = ?) ORDER BY a.number, j.job_index
                """
            let rows = try Row.fetchAll(db, sql: sql, arguments: [db.batchKey(id), attempt, attempt])
            return try rows.map { row in
                try ProviderJob(
                    row: row, batch: id, counts: row.frozenCounts(requested: row["requests"]) ?? db.liveJobCounts(row))
            }
        }
    }
}

extension BatchQuery {
    fileprivate var condition: (String, StatementArguments) {
        var parts = ["sealed = 1"]
        var arguments: StatementArguments = []
        func add(_ part: String, _ value: (any DatabaseValueConvertible)?) {
            guard let value else { return }
            parts.append(part)
            arguments += [value]
        }
        if let statuses {
            parts.append("status IN (\(statuses.map { "'\($0.rawValue)'" }.joined(separator: ", ")))")
        }
        add("provider = ?", provider)
        add(
            """
            coalesce(json_extract(settings, '$.model'),
                (SELECT r.model FROM requests r WHERE r.batch_key = batches.batch_key AND r.position = 0)) = ?
            """, model)
        add("endpoint = ?", endpoint?.rawValue)
        add("name = ?", name)
        if let idPrefix {
            parts.append("substr(id, 1, ?) = ?")
            arguments += [idPrefix.count, idPrefix]
        }
        add("content_sha256 = ?", contentSHA256.map { Data($0) })
        for (key, value) in metadata.sorted(by: { $0.key < $1.key }) {
            parts.append("EXISTS (SELECT 1 FROM json_each(metadata) m WHERE m.key = ? AND m.value = ?)")
            arguments += [key, value]
        }
        add("created_at > ?", createdAfter?.milliseconds)
        add("created_at < ?", createdBefore?.milliseconds)
        add("batch_key < (SELECT b.batch_key FROM batches b WHERE b.id = ?)", after?.rawValue)
        return (parts.joined(separator: " AND "), arguments)
    }
}

extension Database {
    func batchRecord(_ id: BatchID) throws -> BatchRecord? {
        try Row.fetchOne(self, sql: "SELECT * FROM batches WHERE id = ? AND sealed = 1", arguments: [id.rawValue]).map(
            batchRecord)
    }

    func batchRecord(_ row: Row) throws -> BatchRecord {
        let key: Int64 = row["batch_key"]
        let attempts = try Int.fetchOne(
            cachedStatement(sql: "SELECT count(*) FROM attempts WHERE batch_key = ? AND sealed = 1"), arguments: [key])
        let anomalies = try Int.fetchOne(
            cachedStatement(
                sql: """
                    SELECT count(*) FROM anomalies JOIN provider_jobs USING (job_key) JOIN attempts USING (attempt_key)
                    WHERE batch_key = ?
                    """), arguments: [key])
        return BatchRecord(
            id: BatchID(rawValue: row["id"]), name: row["name"], endpoint: Endpoint(rawValue: row["endpoint"]),
            contentSHA256: row.bytes("content_sha256") ?? [],
            metadata: try row.decoded([String: String].self, "metadata") ?? [:],
            provider: try Column.value(ProviderSettings.self, json: row["settings"]), definition: row["definition"],
            status: BatchStatus(rawValue: row["status"]) ?? .needsAttention,
            counts: try row.frozenCounts(requested: row["requests"]) ?? liveCounts(batchKey: key),
            attempts: attempts ?? 0,
            anomalies: anomalies ?? 0, createdAt: Date(milliseconds: row["created_at"]),
            finishedAt: row.date("finished_at"),
            cancelRequested: row["cancel_requested"])
    }

    /// Counts a batch that has not ended: what has not succeeded is few or in a small index, the rest is a difference.
    func liveCounts(batchKey: Int64) throws -> OutcomeCounts {
        let total =
            try Int.fetchOne(
                cachedStatement(sql: "SELECT requests FROM batches WHERE batch_key = ?"), arguments: [batchKey]) ?? 0
        let sql = """
            SELECT outcome, count(*) FROM requests WHERE batch_key = ? AND outcome IS NOT 'succeeded' GROUP BY outcome
            """
        var counts = OutcomeCounts(requested: total)
        var notSucceeded = 0
        for row in try Row.fetchAll(cachedStatement(sql: sql), arguments: [batchKey]) {
            let number: Int = row[1]
            notSucceeded += number
            if let outcome = (row[0] as String?).flatMap(Outcome.init) { counts[outcome] = number }
        }
        counts[.succeeded] = total - notSucceeded
        return counts
    }

    func liveJobCounts(_ row: Row) throws -> OutcomeCounts {
        try liveJobCounts(jobKey: row["job_key"], requests: row["requests"])
    }

    func liveJobCounts(jobKey: Int64, requests: Int) throws -> OutcomeCounts {
        let sql =
            "SELECT outcome, count(*) FROM job_requests WHERE job_key = ? AND outcome IS NOT NULL GROUP BY outcome"
        var counts = OutcomeCounts(requested: requests)
        for row in try Row.fetchAll(cachedStatement(sql: sql), arguments: [jobKey]) {
            if let outcome = (row[0] as String?).flatMap(Outcome.init) { counts[outcome] = row[1] }
        }
        return counts
    }
}
