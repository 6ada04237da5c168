import Foundation
import GRDB
public import LLMBatchCore

extension SQLiteStorage {
    public func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport {
        try await write { db in
            let key = try db.batchKey(claim)
            let jobKey = try db.jobKey(job, ofBatch: key)
            let isOnly = try db.hasOneAttempt(batchKey: key)
            var report = IngestReport()
            var tally = Tally()
            for result in results {
                try db.ingest(
                    result, job: job, jobKey: jobKey, batchKey: key, isOnlyAttempt: isOnly, report: &report,
                    tally: &tally)
            }
            try db.move(tally, job: jobKey, batch: key)
            if let progress {
                try db.run(
                    "UPDATE provider_jobs SET collected = ? WHERE job_key = ?", [try Column.json(progress), jobKey])
            }
            return report
        }
    }

    public func amendProviderJob(
        _ job: ProviderJobID, with results: [IncomingResult], claim: Claim
    ) async throws -> IngestReport {
        try await write { db in
            let key = try db.batchKey(claim)
            let jobKey = try db.jobKey(job, ofBatch: key)
            let sql = "SELECT 1 FROM provider_jobs WHERE job_key = ? AND phase = 'ended'"
            guard try Int.fetchOne(db.cachedStatement(sql: sql), arguments: [jobKey]) != nil else {
                throw LLMBatchError.notEnded(job)
            }
            let isOnly = try db.hasOneAttempt(batchKey: key)
            var report = IngestReport()
            var tally = Tally()
            for result in results {
                try db.amend(
                    result, job: job, jobKey: jobKey, batchKey: key, isOnlyAttempt: isOnly, report: &report,
                    tally: &tally)
            }
            guard report.stored > 0 else { return report }
            try db.move(tally, job: jobKey, batch: key)
            // Its answers are indexed again for reuse.
            try db.run("UPDATE provider_jobs SET contents_known = 0 WHERE job_key = ?", [jobKey])
            return report
        }
    }

    public func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws {
        try await write { db in
            let key = try db.batchKey(claim)
            let jobKey = try db.jobKey(job, ofBatch: key)
            for anomaly in anomalies { try db.note(anomaly, jobKey: jobKey, batchKey: key) }
        }
    }
}

extension Database {
    fileprivate func ingest(
        _ incoming: IncomingResult, job: ProviderJobID, jobKey: Int64, batchKey: Int64, isOnlyAttempt: Bool,
        report: inout IngestReport, tally: inout Tally
    ) throws {
        let sql = """
            SELECT r.request_key, r.position, t.outcome, t.error_code, t.source_file, t.source_line, t.line_key
            FROM requests r JOIN job_requests t ON t.request_key = r.request_key AND t.job_key = ?
            WHERE r.batch_key = ? AND r.custom_id = ?
            """
        let arguments: StatementArguments = [jobKey, batchKey, incoming.customID.column]
        guard let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments) else {
            report.anomalies += 1
            return try note(.unknownID(incoming, job: job), jobKey: jobKey, batchKey: batchKey)
        }
        let held = try row.outcome("outcome")
        let code: String? = try row.get("error_code")
        let isReadAtLast = code == OpenAIResultLine.unreadableCode && incoming.canBeRead
        if held != nil, !isReadAtLast {
            if try ResultSource(row: row) == incoming.source { report.repeated += 1; return }
            report.anomalies += 1
            return try note(.duplicate(incoming, job: job), jobKey: jobKey, batchKey: batchKey)
        }
        report.stored += 1
        let result = incoming.result(
            position: try row.get("position"), endpoint: .chatCompletions, job: job, at: .thisMillisecond)
        try settle(
            result, replacing: held, line: try row.get("line_key"), source: incoming.source, jobKey: jobKey,
            requestKey: try row.get("request_key"), isOnlyAttempt: isOnlyAttempt, tally: &tally)
    }

    fileprivate func amend(
        _ incoming: IncomingResult, job: ProviderJobID, jobKey: Int64, batchKey: Int64, isOnlyAttempt: Bool,
        report: inout IngestReport, tally: inout Tally
    ) throws {
        let sql = """
            SELECT r.request_key, r.position, t.outcome, t.error_code, t.source_file,
                t.source_line, t.line_key
            FROM requests r JOIN job_requests t ON t.request_key = r.request_key AND t.job_key = ?
            WHERE r.batch_key = ? AND r.custom_id = ?
            """
        let arguments: StatementArguments = [jobKey, batchKey, incoming.customID.column]
        guard let row = try Row.fetchOne(cachedStatement(sql: sql), arguments: arguments),
            let outcome = try row.outcome("outcome")
        else { return }
        let stored = StoredOutcome(
            outcome: outcome, code: try row.get("error_code"), source: try ResultSource(row: row))
        guard incoming.completes(stored) else { report.repeated += 1; return }
        report.stored += 1
        let result = incoming.result(
            position: try row.get("position"), endpoint: .chatCompletions, job: job, at: .thisMillisecond)
        try settle(
            result, replacing: outcome, line: try row.get("line_key"), source: incoming.source, jobKey: jobKey,
            requestKey: try row.get("request_key"), isOnlyAttempt: isOnlyAttempt, tally: &tally)
    }

    /// Stores the result of a try, updates the current result of its request, and counts the change in `tally`.
    ///
    /// - Parameters:
    ///   - old: the previous outcome of a try that already had one.
    ///   - oldLine: the line of that result, which is deleted with it.
    func settle(
        _ result: BatchResult, replacing old: Outcome? = nil, line oldLine: Int64? = nil, source: ResultSource?,
        jobKey: Int64, requestKey: Int64, isOnlyAttempt: Bool, tally: inout Tally
    ) throws {
        var lineKey: Int64?
        if let line = result.line {
            try run(
                "INSERT INTO result_lines (line, native) VALUES (?, ?)",
                [Data(line), result.nativeLine.map { Data($0) }])
            lineKey = lastInsertedRowID
        }
        try run(
            """
            UPDATE job_requests SET outcome = ?, status_code = ?, error_code = ?, error_message = ?, input_tokens = ?,
                output_tokens = ?, source_file = ?, source_line = ?, line_key = ?, recorded_at = ?
            WHERE job_key = ? AND request_key = ?
            """,
            [
                result.outcome.rawValue, result.statusCode, result.error?.code, result.error?.message,
                Column.tokens(result.usage.input), Column.tokens(result.usage.output), source?.file, source?.line,
                lineKey, result.recordedAt.milliseconds, jobKey,
                requestKey,
            ])
        if let oldLine { try run("DELETE FROM result_lines WHERE line_key = ?", [oldLine]) }
        tally.moveJob(from: old, to: result.outcome)
        guard isOnlyAttempt else { return tally.addToBatch(try refreshAnswers("?", [requestKey])) }
        tally.moveBatch(from: old, to: result.outcome)
        try run(
            "UPDATE requests SET outcome = ?, answer_job = ? WHERE request_key = ?",
            [result.outcome.rawValue, jobKey, requestKey])
    }

    /// True while a batch has not been retried, so that the only result of a request is its current one.
    func hasOneAttempt(batchKey: Int64) throws -> Bool {
        let sql = "SELECT count(*) FROM attempts WHERE batch_key = ? AND sealed = 1"
        return try Int.fetchOne(cachedStatement(sql: sql), arguments: [batchKey]) == 1
    }

    /// Derives the current results of some requests from their tries: the latest success, otherwise the latest result;
    /// a request is open while it is open in the latest attempt that contains it.
    ///
    /// - Returns: the change in the number of results with each outcome, for ``Tally/addToBatch(_:)``.
    func refreshAnswers(_ requestKeys: String, _ arguments: StatementArguments) throws -> [Outcome: Int] {
        let before = try answered(requestKeys, arguments)
        try run(
            """
            UPDATE requests SET answer_job = (\(Self.derivedAnswer)), outcome = (\(Self.derivedOutcome))
            WHERE request_key IN (\(requestKeys))
            """, arguments)
        return try answered(requestKeys, arguments).merging(before.mapValues { -$0 }, uniquingKeysWith: +)
    }

    private static let sealedTries = """
        FROM job_requests t JOIN provider_jobs j USING (job_key) JOIN attempts a USING (attempt_key)
        WHERE t.request_key = requests.request_key AND a.sealed = 1
        """
    private static let bestTry = """
        \(sealedTries) AND t.outcome IS NOT NULL ORDER BY t.outcome = 'succeeded' DESC, a.number DESC LIMIT 1
        """
    /// The job of the current result of a row of `requests`.
    static let derivedAnswer = "SELECT t.job_key \(bestTry)"
    /// The outcome of a row of `requests`.
    static let derivedOutcome = """
        SELECT CASE WHEN (SELECT t.outcome \(sealedTries) ORDER BY a.number DESC LIMIT 1) IS NULL THEN NULL
            ELSE (SELECT t.outcome \(bestTry)) END
        """

    func note(_ anomaly: Anomaly, jobKey: Int64, batchKey: Int64) throws {
        try run(
            """
            INSERT OR IGNORE INTO anomalies
                (batch_key, job_key, kind, custom_id, source_file, source_line, message, line)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)
            """,
            [
                batchKey, jobKey, anomaly.kind.rawValue, anomaly.customID?.rawValue, anomaly.source.file,
                anomaly.source.line,
                anomaly.message, anomaly.line.map { Data($0) },
            ])
        guard changesCount > 0 else { return }
        try run("UPDATE batches SET anomalies = anomalies + 1 WHERE batch_key = ?", [batchKey])
    }
}
