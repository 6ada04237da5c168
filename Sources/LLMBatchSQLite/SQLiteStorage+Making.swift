import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func beginBatch(_ batch: NewBatch) async throws {
        try await write { db in try db.insertBatch(batch) }
    }

    public func appendRequests(_ requests: [NewRequest], to id: BatchID) async throws {
        try await write { db in
            guard
                let row = try Row.fetchOne(
                    db, sql: "SELECT batch_key, sealed FROM batches WHERE id = ?", arguments: [id.rawValue])
            else { throw LLMBatchError.noBatch(id) }
            guard try !row.get("sealed") else {
                throw LLMBatchError.sealed(id)
            }
            let key: Int64 = try row.get("batch_key")
            try db.insertRequests(requests, batchKey: key)
            try db.touch(key)
        }
    }

    public func sealBatch(_ id: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord {
        try await write { db in
            let sealed = try Bool.fetchOne(db, sql: "SELECT sealed FROM batches WHERE id = ?", arguments: [id.rawValue])
            guard sealed != true else { throw LLMBatchError.sealed(id) }
            do {
                try db.execute(
                    sql: """
                        UPDATE batches SET sealed = 1, content_sha256 = ?, claim_owner = NULL,
                            requests = (SELECT count(*) FROM requests r WHERE r.batch_key = batches.batch_key)
                        WHERE id = ? AND sealed = 0
                        """, arguments: [Data(contentSHA256), id.rawValue])
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                let name = try String.fetchOne(
                    db, sql: "SELECT name FROM batches WHERE id = ?", arguments: [id.rawValue])
                throw LLMBatchError.nameTaken(name ?? "")
            }
            guard let record = try db.batchRecord(id) else { throw LLMBatchError.noBatch(id) }
            return record
        }
    }
}

extension Database {
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

    func insertRequests(_ requests: [NewRequest], batchKey: Int64) throws {
        let count = try Int.fetchOne(
            cachedStatement(sql: "SELECT max(position) + 1 FROM requests WHERE batch_key = ?"), arguments: [batchKey])
        try NewRequest.check(requests, after: count ?? 0)
        let row = try cachedStatement(
            sql: "INSERT INTO requests (batch_key, position, custom_id, model, source_line) VALUES (?, ?, ?, ?, ?)")
        let line = try cachedStatement(sql: "INSERT INTO request_lines (request_key, line) VALUES (?, ?)")
        for new in requests {
            do {
                try row.execute(arguments: [
                    batchKey, new.position, new.request.customID.rawValue, new.request.model, new.sourceLine,
                ])
            } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_UNIQUE {
                throw try duplicate(new, batchKey: batchKey) ?? error
            }
            try line.execute(arguments: [lastInsertedRowID, Data(new.request.line)])
        }
    }

    /// Records that an unsealed batch is still being created.
    func touch(_ key: Int64) throws {
        try run("UPDATE batches SET begun_at = ? WHERE batch_key = ? AND sealed = 0", [Date().milliseconds, key])
    }

    private func duplicate(_ new: NewRequest, batchKey: Int64) throws -> LLMBatchError? {
        let sql = "SELECT position, source_line FROM requests WHERE batch_key = ? AND custom_id = ?"
        guard let other = try Row.fetchOne(self, sql: sql, arguments: [batchKey, new.request.customID.rawValue]) else {
            return nil
        }
        return LLMBatchError.duplicate(
            new.request.customID, line: new.sourceLine, position: new.position, otherLine: try other.get("source_line"),
            otherPosition: try other.get("position"))
    }
}
