import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func requests(_ query: RequestQuery) async throws -> Page<StoredRequest> {
        let condition =
            switch query.selection {
            case .all: ""
            case .open: "AND r.outcome IS NOT 'succeeded' AND r.outcome IS NULL"
            // The first term lets SQLite use the partial index of unsuccessful requests.
            case .outcomes(let outcomes) where !outcomes.contains(.succeeded):
                "AND r.outcome IS NOT 'succeeded' AND r.outcome IN (\(Column.outcomes(outcomes)))"
            case .outcomes(let outcomes): "AND r.outcome IN (\(Column.outcomes(outcomes)))"
            }
        return try await read { db in
            let sql = """
                SELECT r.*, l.line FROM requests r JOIN request_lines l USING (request_key)
                WHERE r.batch_key = ? AND r.position > ? \(condition) ORDER BY r.position LIMIT ?
                """
            let endpoint = try db.endpoint(query.batch)
            return try db.page(sql, [db.batchKey(query.batch), query.after ?? -1, query.limit + 1], limit: query.limit)
            { row in
                try StoredRequest(row: row, endpoint: endpoint)
            }
        }
    }

    public func requests(of id: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest] {
        try await read { db in
            let sql = """
                SELECT r.*, l.line FROM requests r JOIN request_lines l USING (request_key)
                WHERE r.batch_key = ? AND r.custom_id = ?
                """
            let (key, endpoint) = (try db.batchKey(id), try db.endpoint(id))
            return try customIDs.compactMap { customID in
                try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [key, customID.column])
                    .map { try StoredRequest(row: $0, endpoint: endpoint) }
            }
        }
    }

    public func results(_ query: ResultQuery) async throws -> Page<BatchResult> {
        let outcomes = query.outcomes.map { outcomes in
            (outcomes.contains(.succeeded) ? "" : "AND r.outcome IS NOT 'succeeded' ")
                + "AND t.outcome IN (\(Column.outcomes(outcomes)))"
        }
        return try await read { db in
            let sql = """
                SELECT \(Database.resultColumns) FROM requests r \(Database.answerJoins)
                WHERE r.batch_key = ? AND r.position > ? AND t.outcome IS NOT NULL \(outcomes ?? "") ORDER BY r.position LIMIT ?
                """
            let endpoint = try db.endpoint(query.batch)
            return try db.page(sql, [db.batchKey(query.batch), query.after ?? -1, query.limit + 1], limit: query.limit)
            { row in
                try BatchResult(row: row, batch: query.batch, endpoint: endpoint)
            }
        }
    }

    public func results(of id: BatchID, customIDs: [CustomID]) async throws -> [BatchResult] {
        try await read { db in
            let sql = """
                SELECT \(Database.resultColumns) FROM requests r \(Database.answerJoins)
                WHERE r.batch_key = ? AND r.custom_id = ?
                """
            let (key, endpoint) = (try db.batchKey(id), try db.endpoint(id))
            return try customIDs.compactMap { customID in
                try Row.fetchOne(db.cachedStatement(sql: sql), arguments: [key, customID.column])
                    .flatMap { try BatchResult(row: $0, batch: id, endpoint: endpoint) }
            }
        }
    }

    public func history(of id: BatchID, customID: CustomID) async throws -> [RequestTry] {
        try await read { db in
            let sql = """
                SELECT \(Database.resultColumns), n.line AS asked, j.remote_id, a.parent, a.outcomes, a.settings, a.account, a.created_at
                FROM requests r JOIN job_requests t ON t.request_key = r.request_key
                    JOIN provider_jobs j ON j.job_key = t.job_key JOIN attempts a ON a.attempt_key = j.attempt_key
                    LEFT JOIN result_lines l ON l.line_key = t.line_key
                    LEFT JOIN asked_lines n ON n.job_key = t.job_key AND n.request_key = t.request_key
                WHERE r.batch_key = ? AND r.custom_id = ? AND a.sealed = 1 ORDER BY a.number
                """
            let endpoint = try db.endpoint(id)
            return try Row.fetchAll(db, sql: sql, arguments: [db.batchKey(id), customID.column]).map { row in
                RequestTry(
                    attempt: try Attempt(row: row),
                    job: try ProviderJobID(row: row, batch: id), remoteID: try row.get("remote_id"),
                    asked: try row.bytes("asked"), result: try BatchResult(row: row, batch: id, endpoint: endpoint))
            }
        }
    }

    public func anomalies(of id: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly> {
        try await read { db in
            let sql = """
                SELECT x.*, a.number, j.job_index FROM anomalies x JOIN provider_jobs j USING (job_key)
                    JOIN attempts a USING (attempt_key)
                WHERE x.batch_key = ? AND x.anomaly_key > ? ORDER BY x.anomaly_key LIMIT ?
                """
            return try db.page(sql, [db.batchKey(id), cursor ?? 0, limit + 1], limit: limit) {
                try Anomaly(row: $0, batch: id)
            }
        }
    }

    public func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly> {
        try await read { db in
            let key = try db.jobKey(job, ofBatch: try db.batchKey(job.batch))
            let sql = """
                SELECT x.*, ? AS number, ? AS job_index FROM anomalies x
                WHERE x.job_key = ? AND x.kind = ? AND x.anomaly_key > ? ORDER BY x.anomaly_key LIMIT ?
                """
            let arguments: StatementArguments = [
                job.attempt, job.index, key, kind.rawValue, cursor ?? 0, limit + 1,
            ]
            return try db.page(sql, arguments, limit: limit) { try Anomaly(row: $0, batch: job.batch) }
        }
    }

    public func anomalyCounts(of job: ProviderJobID) async throws -> [Anomaly.Kind: Int] {
        try await read { db in
            let key = try db.jobKey(job, ofBatch: try db.batchKey(job.batch))
            let sql = "SELECT kind, count(*) AS n FROM anomalies WHERE job_key = ? GROUP BY kind"
            return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [key]).reduce(into: [:]) { counts, row in
                counts[Anomaly.Kind(rawValue: try row.get("kind"))] = try row.count("n")
            }
        }
    }
}

extension Database {
    /// The columns of a ``BatchResult``: request `r`, try `t`, job `j`, attempt `a`, line `l`.
    static let resultColumns = """
        r.custom_id, r.position, a.number, j.job_index, t.outcome, t.status_code, t.error_code, t.error_message,
        t.input_tokens, t.output_tokens, t.recorded_at, t.source_file, t.source_line, l.line, l.native
        """

    /// Joins a request with its current result.
    static let answerJoins = """
        JOIN job_requests t ON t.job_key = r.answer_job AND t.request_key = r.request_key
        JOIN provider_jobs j ON j.job_key = r.answer_job JOIN attempts a ON a.attempt_key = j.attempt_key
        LEFT JOIN result_lines l ON l.line_key = t.line_key
        """

    func endpoint(_ id: BatchID) throws -> Endpoint {
        let sql = "SELECT endpoint FROM batches WHERE id = ?"
        return Endpoint(rawValue: try String.fetchOne(cachedStatement(sql: sql), arguments: [id.rawValue]) ?? "")
    }

    /// Fetches a page that ends early when its lines are long, so that a page stays small.
    func page<Element>(
        _ sql: String, _ arguments: StatementArguments, limit: Int, _ element: (Row) throws -> Element?
    ) throws -> Page<Element> {
        let most = 4 * 1024 * 1024
        var elements: [Element] = []
        var bytes = 0
        let cursor = try Row.fetchCursor(cachedStatement(sql: sql), arguments: arguments)
        while let row = try cursor.next() {
            guard elements.count < limit, bytes < most else { return Page(elements: elements, hasMore: true) }
            bytes += try (row.get("line") as Data?)?.count ?? 0
            if row.hasColumn("native") { bytes += try (row.get("native") as Data?)?.count ?? 0 }
            if let element = try element(row) { elements.append(element) }
        }
        return Page(elements: elements, hasMore: false)
    }
}
