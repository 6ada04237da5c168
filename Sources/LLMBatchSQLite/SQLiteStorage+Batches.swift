public import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    // MARK: - Creating and removing

    public func beginBatch(_ batch: NewBatch) async throws {
        try await write { db in try db.insertBatch(batch) }
    }

    public func sealBatch(_ id: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord {
        try await write { db in
            let sql = "SELECT batch_key, sealed FROM batches WHERE id = ?"
            guard let row = try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [id.rawValue]) else {
                throw LLMBatchError.noBatch(id)
            }
            guard try !row.get("sealed") else { throw LLMBatchError.sealed(id) }
            let key: Int64 = try row.get("batch_key")
            do {
                try db.run(
                    """
                    UPDATE batches SET sealed = 1, content_sha256 = ?, claim_owner = NULL, requests = ?
                    WHERE batch_key = ?
                    """, [Data(contentSHA256), try db.requestCount(key), key])
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                let name = try String.fetchOne(
                    db, sql: "SELECT name FROM batches WHERE id = ?", arguments: [id.rawValue])
                throw LLMBatchError.nameTaken(name ?? "")
            }
            guard let record = try db.batchRecord(id) else { throw LLMBatchError.noBatch(id) }
            return record
        }
    }

    public func deleteBatch(_ id: BatchID) async throws {
        guard let key = try await write({ db in try db.hide(id) }) else { return }
        await removeRest(of: key)
    }

    public func sweepUnsealed(before date: Date) async throws -> Int {
        let isForAll = date > Date()
        var count = 0
        for key in try await read({ db in try Int64.fetchAll(db, sql: "SELECT batch_key FROM batches WHERE sealed = 0")
        }) {
            // A batch that is sealed at this moment is not swept, nor is one that is still being created.
            let found = try await write { db in try db.hideStale(key, before: date, isForAll: isForAll) }
            guard found != .inUse else { continue }
            if found == .stale { count += 1 }
            try await removeRows(of: key)
        }
        let attempts = try await read { db in
            let sql = "SELECT attempt_key FROM attempts WHERE sealed = 0 AND created_at < ?"
            return try Int64.fetchAll(db, sql: sql, arguments: [date.milliseconds])
        }
        for key in attempts { try await removeUnsealedAttempt(key, claim: nil) }
        return count
    }

    // MARK: - Reading

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
                db.cachedStatement(
                    sql: "SELECT * FROM batches WHERE \(condition) ORDER BY batch_key DESC LIMIT ? OFFSET ?"),
                arguments: arguments + [query.limit + 1, query.offset])
            return Page(overfull: try rows.map(db.batchRecord), limit: query.limit)
        }
    }

    // MARK: - Cancelling

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
                (SELECT r.model FROM requests r WHERE r.request_key = batches.batch_key << 32)) = ?
            """, model)
        add("endpoint = ?", endpoint?.rawValue)
        add("name = ?", name)
        if let idPrefix {
            parts.append("substr(id, 1, ?) = ?")
            arguments += [idPrefix.count, idPrefix]
        }
        add("content_sha256 = ?", contentSHA256.map { Data($0) })
        add(
            "EXISTS (SELECT 1 FROM request_lines l WHERE l.request_key = batches.batch_key << 32 AND l.line = ?)",
            firstLine.map { Data($0) })
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
        let sql = "SELECT * FROM batches WHERE id = ? AND sealed = 1"
        return try Row.fetchOne(cachedStatement(sql: sql), arguments: [id.rawValue]).map(batchRecord)
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

    func insertBatch(_ batch: NewBatch) throws {
        try batch.check()
        let isThere = try Bool.fetchOne(self, sql: "SELECT 1 FROM batches WHERE id = ?", arguments: [batch.id.rawValue])
        guard isThere == nil else { throw LLMBatchError.batchExists(batch.id) }
        try execute(
            sql: """
                INSERT INTO batches
                    (id, name, endpoint, metadata, provider, settings, definition, created_at, begun_at, claim_owner,
                    \(Self.countColumns))
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, 0, 0, 0, 0)
                """,
            arguments: [
                batch.id.rawValue, batch.name, batch.endpoint.rawValue, try Column.json(batch.metadata),
                batch.provider.name, try Column.json(batch.provider), batch.definition, batch.createdAt.milliseconds,
                Date().milliseconds, try Column.json(ClaimOwner.current()),
            ])
    }

    /// Records that an unsealed batch is still being created.
    func touch(_ key: Int64) throws {
        try run("UPDATE batches SET begun_at = ? WHERE batch_key = ? AND sealed = 0", [Date().milliseconds, key])
    }

    /// The stored counts of a batch.
    func batchCounts(_ key: Int64) throws -> OutcomeCounts {
        let sql = "SELECT * FROM batches WHERE batch_key = ?"
        return try Row.fetchOne(cachedStatement(sql: sql), arguments: [key])?.outcomeCounts() ?? OutcomeCounts()
    }
}
