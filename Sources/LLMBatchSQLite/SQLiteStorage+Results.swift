import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    // MARK: - Storing

    public func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport {
        try await write { db in
            var writer = try ResultWriter(db, job: job, claim: claim)
            for result in results { try writer.ingest(result) }
            try writer.finish()
            if let progress {
                try db.run(
                    "UPDATE provider_jobs SET collected = ? WHERE job_key = ?",
                    [try Column.json(progress), writer.jobKey])
            }
            return writer.report
        }
    }

    public func amendProviderJob(
        _ job: ProviderJobID, with results: [IncomingResult], claim: Claim
    ) async throws -> IngestReport {
        try await write { db in
            var writer = try ResultWriter(db, job: job, claim: claim)
            let sql = "SELECT 1 FROM provider_jobs WHERE job_key = ? AND phase = 'ended'"
            guard try Int.fetchOne(db.cachedStatement(sql: sql), arguments: [writer.jobKey]) != nil else {
                throw LLMBatchError.notEnded(job)
            }
            for result in results { try writer.amend(result) }
            try writer.finish()
            if writer.report.stored > 0 {
                // Its answers are indexed again for reuse.
                try db.run("UPDATE provider_jobs SET contents_known = 0 WHERE job_key = ?", [writer.jobKey])
            }
            return writer.report
        }
    }

    public func endProviderJob(
        _ job: ProviderJobID, state: ProviderJobState, closing: ProviderJobState.Closing, claim: Claim
    ) async throws -> OutcomeCounts {
        try await write { db in
            let key = try db.batchKey(claim)
            let jobKey = try db.jobKey(job, ofBatch: key)
            try db.close(jobKey, closing, at: state.endedAt ?? .thisMillisecond, batchKey: key)
            let counts = try db.jobCounts(jobKey)
            guard counts.open == 0 else { throw LLMBatchError.countsDisagree(job, counts) }
            try db.updateJob(jobKey, state: state, of: job)
            try db.settleBatch(key)
            return counts
        }
    }

    public func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            let jobKey = try db.jobKey(job, ofBatch: key)
            for anomaly in anomalies { try db.note(anomaly, jobKey: jobKey, batchKey: key) }
        }
    }

    // MARK: - Reading

    public func results(_ query: ResultQuery) async throws -> Page<BatchResult> {
        try await read { db in
            let (key, endpoint) = try db.keyAndEndpoint(query.batch)
            // While a request is retried its outcome is open, and its former result is still the current one.
            let condition = query.outcomes.map { "AND \(Column.index(for: $0)) AND s.outcome IN (\(Column.list($0)))" }
            let rows = try BareStatement(
                db,
                """
                SELECT \(BatchResult.columns) FROM requests r \(BatchResult.currentJoins)
                WHERE r.request_key > ?2 AND r.request_key <= ?3 \(condition ?? "") ORDER BY r.request_key LIMIT ?4
                """)
            try db.bindPage(rows, key, after: query.after, limit: query.limit)
            return try db.page(rows, limit: query.limit, lines: BatchResult.lines) {
                try BatchResult($0, batch: query.batch, endpoint: endpoint)
            }
        }
    }

    public func results(of id: BatchID, customIDs: [CustomID]) async throws -> [BatchResult] {
        try await read { db in
            let (key, endpoint) = try db.keyAndEndpoint(id)
            let row = try BareStatement(
                db,
                """
                SELECT \(BatchResult.columns) FROM requests r \(BatchResult.currentJoins)
                WHERE r.batch_key = ?1 AND r.custom_id = ?2
                """)
            return try customIDs.compactMap { customID in
                try row.first(key, customID) { try BatchResult($0, batch: id, endpoint: endpoint) }
            }
        }
    }

    public func history(of id: BatchID, customIDs: [CustomID]) async throws -> [[RequestTry]] {
        try await read { db in
            let (key, endpoint) = try db.keyAndEndpoint(id)
            let attempts = Dictionary(try db.attempts(batchKey: key).map { ($0.number, $0) }) { $1 }
            let rows = try BareStatement(
                db,
                """
                SELECT \(BatchResult.columns), n.line AS asked, j.remote_id
                FROM requests r JOIN job_requests t ON t.request_key = r.request_key \(BatchResult.tryJoins)
                WHERE r.batch_key = ?1 AND r.custom_id = ?2 AND a.sealed = 1 ORDER BY a.number
                """)
            try rows.bind(1, key)
            return try customIDs.map { customID in
                try rows.bind(2, customID.column)
                defer { rows.reset() }
                var tries: [RequestTry] = []
                while try rows.step() {
                    let job = try BatchResult.job(rows, batch: id)
                    guard let attempt = attempts[job.attempt] else { continue }
                    tries.append(
                        RequestTry(
                            attempt: attempt, job: job, remoteID: try rows.optionalText(16), asked: try rows.bytes(15),
                            result: try BatchResult(rows, batch: id, endpoint: endpoint)))
                }
                return tries
            }
        }
    }

    public func anomalies(of id: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly> {
        try await read { db in
            let rows = try BareStatement(
                db,
                """
                SELECT \(Anomaly.columns), a.number, j.job_index FROM anomalies x JOIN provider_jobs j USING (job_key)
                    JOIN attempts a USING (attempt_key)
                WHERE x.batch_key = ?1 AND x.anomaly_key > ?2 ORDER BY x.anomaly_key LIMIT ?3
                """)
            try rows.bind(1, try db.batchKey(id))
            try rows.bind(2, cursor ?? 0)
            try rows.bind(3, limit.addingClamped(1))
            return try db.page(rows, limit: limit, lines: [6]) { row in
                let job = ProviderJobID(batch: id, attempt: Int(try row.integer(7)), index: Int(try row.integer(8)))
                return try Anomaly(row, job: job)
            }
        }
    }

    public func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly> {
        try await read { db in
            let key = try db.jobKey(job, ofBatch: try db.batchKey(job.batch))
            let rows = try BareStatement(
                db,
                """
                SELECT \(Anomaly.columns) FROM anomalies x
                WHERE x.job_key = ?1 AND x.kind = ?2 AND x.anomaly_key > ?3 ORDER BY x.anomaly_key LIMIT ?4
                """)
            try rows.bind(1, key)
            try rows.bind(2, kind.rawValue)
            try rows.bind(3, cursor ?? 0)
            try rows.bind(4, limit.addingClamped(1))
            return try db.page(rows, limit: limit, lines: [6]) { try Anomaly($0, job: job) }
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

extension BatchResult {
    /// The columns that ``init(_:batch:endpoint:)`` reads: request `r`, result `s`, job `j`, attempt `a`.
    static let columns = """
        r.custom_id, r.request_key, a.number, j.job_index, s.outcome, s.status_code, s.error_code, s.error_message,
        s.input_tokens, s.output_tokens, s.recorded_at, s.source_file, s.source_line, s.line, s.native
        """
    /// Those that may be long.
    static let lines: [Int32] = [13, 14]

    /// Joins a request with its current result.
    static let currentJoins = """
        JOIN results s ON s.result_key = r.result_key
        JOIN provider_jobs j ON j.job_key = s.job_key JOIN attempts a ON a.attempt_key = j.attempt_key
        """

    /// Joins a request in a job (`t`) with its result, and with the line that was sent, if it was not the request's own.
    static let tryJoins = """
        JOIN provider_jobs j ON j.job_key = t.job_key JOIN attempts a ON a.attempt_key = j.attempt_key
        LEFT JOIN results s ON s.job_key = t.job_key AND s.request_key = t.request_key
        LEFT JOIN asked_lines n ON n.job_key = t.job_key AND n.request_key = t.request_key
        """

    /// Nil while the request is open in the job.
    init?(_ row: BareStatement, batch: BatchID, endpoint: Endpoint) throws {
        guard let outcome = try row.outcome(4) else { return nil }
        let error = try row.optionalText(6).map { ResultError(code: $0, message: try row.optionalText(7) ?? "") }
        self.init(
            customID: CustomID(try row.text(0)), position: RequestKey.position(of: try row.integer(1)),
            endpoint: endpoint, job: try Self.job(row, batch: batch), outcome: outcome,
            statusCode: try row.optionalInteger(5).map(Int.init), error: error,
            usage: TokenUsage(
                input: Column.tokens(try row.optionalInteger(8).map(Int.init)),
                output: Column.tokens(try row.optionalInteger(9).map(Int.init))),
            line: try row.bytes(13), nativeLine: try row.bytes(14), recordedAt: try row.time(10),
            isReused: try outcome == .succeeded && Self.source(row) == .reused)
    }

    static func job(_ row: BareStatement, batch: BatchID) throws -> ProviderJobID {
        ProviderJobID(batch: batch, attempt: Int(try row.integer(2)), index: Int(try row.integer(3)))
    }

    /// Where the result was read; nil for a request that was closed without a line.
    static func source(_ row: BareStatement) throws -> ResultSource? {
        try row.optionalText(11).map { ResultSource(file: $0, line: Int(try row.integer(12))) }
    }
}

extension Anomaly {
    /// The columns that ``init(_:job:)`` reads, of an anomaly `x`.
    static let columns = "x.anomaly_key, x.kind, x.custom_id, x.source_file, x.source_line, x.message, x.line"

    init(_ row: BareStatement, job: ProviderJobID) throws {
        self.init(
            number: Int(try row.integer(0)), job: job, kind: Kind(rawValue: try row.text(1)),
            customID: try row.optionalText(2).map { CustomID($0) },
            source: ResultSource(file: try row.text(3), line: Int(try row.integer(4))), message: try row.text(5),
            line: try row.bytes(6))
    }
}
