import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage: AnswerLookup {
    public func answers(to contents: [ReuseKey], fromImports: Bool) async throws -> [ReuseKey: BatchResult] {
        try await noteAnswered()
        return try await read { db in
            let row = try BareStatement(
                db,
                """
                SELECT \(BatchResult.columns), b.id, b.endpoint FROM answered_contents c
                    JOIN requests r ON r.request_key = c.request_key
                    JOIN results s ON s.job_key = c.job_key AND s.request_key = c.request_key
                    JOIN provider_jobs j ON j.job_key = c.job_key JOIN attempts a ON a.attempt_key = j.attempt_key
                    JOIN batches b ON b.batch_key = r.batch_key
                WHERE c.content = ?1 AND b.sealed = 1 \(fromImports ? "" : "AND b.imported_at IS NULL")
                ORDER BY b.imported_at IS NOT NULL, c.job_key LIMIT 1
                """)
            var found: [ReuseKey: BatchResult] = [:]
            for content in contents {
                try row.bind(1, content.sha256)
                defer { row.reset() }
                guard try row.step() else { continue }
                found[content] = try BatchResult(
                    row, batch: BatchID(rawValue: row.text(15)), endpoint: Endpoint(rawValue: row.text(16)))
            }
            return found
        }
    }

    /// Indexes the answers of jobs that have ended meanwhile: one page per transaction, so that others can write in
    /// between.
    private func noteAnswered() async throws {
        let sql = """
            SELECT j.job_key FROM provider_jobs j JOIN attempts a USING (attempt_key) JOIN batches b USING (batch_key)
            WHERE j.phase = 'ended' AND j.contents_known = 0 AND a.sealed = 1 AND b.sealed = 1
            """
        for job in try await read({ db in try Int64.fetchAll(db, sql: sql) }) {
            var after: Int64? = 0
            while let key = after {
                try Task.checkCancellation()
                after = try await write { db in try db.noteAnswered(job: job, after: key) }
            }
        }
    }
}

extension Database {
    /// The bytes of request lines that one transaction processes.
    private static let bytesAtOnce = 4 * 1024 * 1024

    /// Indexes the requests that a job answered successfully, after a given request.
    ///
    /// - Returns: the last indexed request, when there are more.
    fileprivate func noteAnswered(job: Int64, after key: Int64) throws -> Int64? {
        let about = """
            SELECT a.settings, b.endpoint FROM provider_jobs j JOIN attempts a USING (attempt_key)
                JOIN batches b USING (batch_key) WHERE j.job_key = ?
            """
        // A batch that was removed meanwhile has nothing to index.
        guard let row = try Row.fetchOne(cachedStatement(sql: about), arguments: [job]) else { return nil }
        let settings = try row.decoded(ProviderSettings.self, "settings")
        let endpoint = Endpoint(rawValue: try row.get("endpoint"))
        let asked = """
            SELECT \(StoredRequest.columns), coalesce(n.line, l.line) AS line FROM results s
                JOIN requests r ON r.request_key = s.request_key
                JOIN request_lines l ON l.request_key = s.request_key
                LEFT JOIN asked_lines n ON n.job_key = s.job_key AND n.request_key = s.request_key
            WHERE s.job_key = ?1 AND s.request_key > ?2 AND s.outcome = 'succeeded' ORDER BY s.request_key LIMIT 1000
            """
        let answered = try BareStatement(self, asked)
        try answered.bind(1, job)
        try answered.bind(2, key)
        defer { answered.reset() }
        var (last, count, bytes) = (key, 0, 0)
        while bytes < Self.bytesAtOnce, try answered.step() {
            let request = try StoredRequest(answered, endpoint: endpoint).request
            last = try answered.integer(0)
            count += 1
            bytes += request.line.count
            try run(
                "INSERT OR IGNORE INTO answered_contents (content, job_key, request_key) VALUES (?, ?, ?)",
                [Data(ReuseKey(request, provider: settings).sha256), job, last])
        }
        if count == 1000 || bytes >= Self.bytesAtOnce { return last }
        try run("UPDATE provider_jobs SET contents_known = 1 WHERE job_key = ?", [job])
        return nil
    }
}
