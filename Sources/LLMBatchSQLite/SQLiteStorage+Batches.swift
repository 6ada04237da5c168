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
            // One index look-up per batch, however many requests there are.
            let sql = """
                SELECT b.id FROM batches b WHERE b.sealed = 1
                    AND EXISTS (SELECT 1 FROM requests r WHERE r.batch_key = b.batch_key AND r.custom_id = ?)
                ORDER BY b.batch_key DESC LIMIT ?
                """
            return try String.fetchAll(db, sql: sql, arguments: [customID.column, limit]).map(BatchID.init(rawValue:))
        }
    }

    public func attempts(of id: BatchID) async throws -> [Attempt] {
        try await read { db in
            let sql = "SELECT * FROM attempts WHERE batch_key = ? AND sealed = 1 ORDER BY number"
            return try Row.fetchAll(db, sql: sql, arguments: [db.batchKey(id)]).map(Attempt.init)
        }
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
}

extension SQLiteStorage {
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
        if let isImported { parts.append("imported_at IS \(isImported ? "NOT NULL" : "NULL")") }
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
        let key: Int64 = try row.get("batch_key")
        let attempts = try Int.fetchOne(
            cachedStatement(sql: "SELECT count(*) FROM attempts WHERE batch_key = ? AND sealed = 1"), arguments: [key])
        return BatchRecord(
            id: BatchID(rawValue: try row.get("id")), name: try row.get("name"),
            endpoint: Endpoint(rawValue: try row.get("endpoint")), contentSHA256: try row.bytes("content_sha256") ?? [],
            metadata: try row.decoded([String: String].self, "metadata"),
            provider: try row.decoded(ProviderSettings.self, "settings"), definition: try row.get("definition"),
            status: BatchStatus(rawValue: try row.get("status")) ?? .needsAttention, counts: try row.outcomeCounts(),
            attempts: attempts ?? 0, anomalies: try row.count("anomalies"), createdAt: try row.time("created_at"),
            finishedAt: try row.optionalTime("finished_at"), cancelRequested: try row.get("cancel_requested"),
            importedAt: try row.optionalTime("imported_at"), importedFrom: try row.get("imported_from"))
    }
}
