import Foundation
package import GRDB
package import LLMBatchCore

/// Batches are removed in two steps. One transaction hides a batch for good; then its rows are deleted in chunks, one
/// transaction each, so that others can write in between and the log is reset. If a crash or a full disk interrupts the
/// second step, the next sweep resumes it.
extension SQLiteStorage {
    /// The batch is already hidden, so rows that cannot be deleted now are not a failure.
    func removeRest(of key: Int64) async { try? await removeRows(of: key) }

    /// Deletes the rows of a hidden batch, then the batch.
    func removeRows(of key: Int64) async throws {
        while try await write({ db in try db.removeTries(Database.jobsOfBatch, [key]) }) {}
        while try await write({ db in try db.removeAnomalies(ofBatch: key) }) {}
        while try await write({ db in try db.removeRequests(ofBatch: key) }) {}
        try await write { db in try db.run("DELETE FROM batches WHERE batch_key = ? AND sealed = 0", [key]) }
    }

    /// Deletes an attempt that was never sealed.
    ///
    /// - Parameter claim: the claim under which it is deleted; nil when no one drives its batch.
    func removeUnsealedAttempt(_ key: Int64, claim: Claim?) async throws {
        let jobs = """
            SELECT job_key FROM provider_jobs JOIN attempts USING (attempt_key) WHERE attempt_key = ? AND sealed = 0
            """
        func remove() async throws -> Bool {
            try await write { db in
                if let claim { _ = try db.batchKey(claim) }
                return try db.removeTries(jobs, [key])
            }
        }
        while try await remove() {}
        try await write { db in
            if let claim { _ = try db.batchKey(claim) }
            try db.run("DELETE FROM attempts WHERE attempt_key = ? AND sealed = 0", [key])
        }
    }
}

/// The prefix of ids of hidden batches whose rows remain to be deleted.
private let removed = "gone:"

extension Database {
    /// About how many bytes one transaction of a removal writes.
    private static let bytesAtOnce = 1024 * 1024

    static let jobsOfBatch = "SELECT job_key FROM provider_jobs JOIN attempts USING (attempt_key) WHERE batch_key = ?"

    /// Hides a batch, sealed or not: it can no longer be found by its id, name or tokens, and every claim on it is
    /// stale.
    ///
    /// - Returns: its row key; nil when there is no such batch.
    package func hide(_ id: BatchID) throws -> Int64? {
        let sql = "SELECT batch_key FROM batches WHERE id = ?"
        guard let key = try Int64.fetchOne(cachedStatement(sql: sql), arguments: [id.rawValue]) else { return nil }
        try hide(key)
        return key
    }

    private func hide(_ key: Int64) throws {
        try run(
            "UPDATE batches SET id = ?, sealed = 0, name = NULL, claim_owner = NULL, begun_at = 0 WHERE batch_key = ?",
            ["\(removed)\(BatchID.random())", key])
        try run(
            "UPDATE provider_jobs SET token = NULL WHERE token IS NOT NULL AND job_key IN (\(Self.jobsOfBatch))", [key])
    }

    enum Unsealed { case stale, hiddenBefore, inUse }

    /// Hides a batch or a copy that was never sealed, when its process is gone or has done nothing since `date`.
    ///
    /// - Parameter isForAll: true to hide also one that a running process is creating.
    func hideStale(_ key: Int64, before date: Date, isForAll: Bool) throws -> Unsealed {
        let sql = "SELECT id, begun_at, claim_owner FROM batches WHERE batch_key = ? AND sealed = 0"
        guard let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: [key]) else { return .inUse }
        guard try !(row.get("id") as String).hasPrefix(removed) else { return .hiddenBefore }
        let owner = try row.decodedIfPresent(ClaimOwner.self, "claim_owner")
        let isOld = try row.get("begun_at") < date.milliseconds
        guard owner?.isGone() == true || isOld && (isForAll || owner?.isAlive() != true) else { return .inUse }
        try hide(key)
        return .stale
    }

    /// Deletes some of the results and tries of jobs.
    ///
    /// - Returns: true when there may be more.
    func removeTries(_ jobs: String, _ arguments: StatementArguments) throws -> Bool {
        let sql = """
            SELECT t.job_key, t.request_key, coalesce(length(s.line), 0) + coalesce(length(s.native), 0) AS bytes
            FROM job_requests t LEFT JOIN results s ON s.job_key = t.job_key AND s.request_key = t.request_key
            WHERE t.job_key IN (\(jobs)) LIMIT 2000
            """
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        var (rows, bytes): ([(job: Int64, request: Int64)], Int) = ([], 0)
        while bytes < Self.bytesAtOnce, let row = try cursor.next() {
            rows.append((try row.get("job_key"), try row.get("request_key")))
            bytes += try row.get("bytes") + 256
        }
        for row in rows {
            // Its result goes with it.
            try run("DELETE FROM job_requests WHERE job_key = ? AND request_key = ?", [row.job, row.request])
        }
        return !rows.isEmpty
    }

    func removeAnomalies(ofBatch key: Int64) throws -> Bool {
        try run(
            "DELETE FROM anomalies WHERE anomaly_key IN ("
                + "SELECT anomaly_key FROM anomalies WHERE job_key IN (\(Self.jobsOfBatch)) LIMIT 20)", [key])
        return changesCount > 0
    }

    func removeRequests(ofBatch key: Int64) throws -> Bool {
        let sql = """
            SELECT l.request_key, length(l.line) AS bytes FROM request_lines l
            WHERE l.request_key BETWEEN ? AND ? ORDER BY l.request_key LIMIT 2000
            """
        let range = (first: RequestKey.first(ofBatch: key), last: RequestKey.last(ofBatch: key))
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: [range.first, range.last])
        var (last, bytes): (Int64?, Int) = (nil, 0)
        while bytes < Self.bytesAtOnce, let row = try cursor.next() {
            last = try row.get("request_key")
            bytes += try row.get("bytes") + 256
        }
        guard let last else { return false }
        try run("DELETE FROM requests WHERE request_key BETWEEN ? AND ?", [range.first, last])
        return true
    }
}
