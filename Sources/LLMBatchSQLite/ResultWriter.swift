import Foundation
import GRDB
import LLMBatchCore

/// Stores results of one provider job within one transaction: each as one row, with the current answer of its request,
/// and at the end the counts.
struct ResultWriter {
    let jobKey: Int64
    private(set) var report = IngestReport()

    private let db: Database
    private let job: ProviderJobID
    private let batchKey: Int64
    /// True while the batch has not been retried, so that the only result of a request is its current one.
    private let isOnlyAttempt: Bool
    private let now = Date.thisMillisecond.milliseconds
    private var tally = Tally()
    private let find, insert, replace, answer: BareStatement

    /// - Throws: `notFound` for the job, `heldElsewhere` for a stale claim.
    init(_ db: Database, job: ProviderJobID, claim: Claim) throws {
        let batchKey = try db.batchKey(claim)
        try self.init(
            db, job: job, jobKey: try db.jobKey(job, ofBatch: batchKey), batchKey: batchKey,
            isOnlyAttempt: try db.hasOneAttempt(batchKey: batchKey))
    }

    init(_ db: Database, job: ProviderJobID, jobKey: Int64, batchKey: Int64, isOnlyAttempt: Bool) throws {
        self.db = db
        self.job = job
        self.jobKey = jobKey
        self.batchKey = batchKey
        self.isOnlyAttempt = isOnlyAttempt
        find = try BareStatement(
            db,
            """
            SELECT r.request_key, s.result_key, s.outcome, s.error_code, s.source_file, s.source_line
            FROM requests r JOIN job_requests t ON t.job_key = ?3 AND t.request_key = r.request_key
                LEFT JOIN results s ON s.job_key = ?3 AND s.request_key = r.request_key
            WHERE r.batch_key = ?1 AND r.custom_id = ?2
            """)
        try find.bind(3, jobKey)
        let values = [
            "outcome", "status_code", "error_code", "error_message", "input_tokens", "output_tokens", "source_file",
            "source_line", "recorded_at", "line", "native",
        ]
        let places = values.indices.map { "?\($0 + 3)" }
        insert = try BareStatement(
            db,
            """
            INSERT INTO results (job_key, request_key, \(values.joined(separator: ", ")))
            VALUES (?1, ?2, \(places.joined(separator: ", ")))
            """)
        replace = try BareStatement(
            db,
            """
            UPDATE results SET \(zip(values, places).map { "\($0) = \($1)" }.joined(separator: ", "))
            WHERE job_key = ?1 AND request_key = ?2
            """)
        answer = try BareStatement(db, "UPDATE requests SET outcome = ?1, result_key = ?2 WHERE request_key = ?3")
    }

    /// Stores a result unless the request has one; an unreadable one is replaced by one that can be read.
    mutating func ingest(_ incoming: IncomingResult) throws {
        guard let held = try held(incoming.customID) else {
            report.anomalies += 1
            return try db.note(.unknownID(incoming, job: job), jobKey: jobKey, batchKey: batchKey)
        }
        if let stored = held.stored, stored.code != OpenAIResultLine.unreadableCode || !incoming.canBeRead {
            if stored.source == incoming.source { report.repeated += 1; return }
            report.anomalies += 1
            return try db.note(.duplicate(incoming, job: job), jobKey: jobKey, batchKey: batchKey)
        }
        report.stored += 1
        try settle(incoming, held)
    }

    /// Replaces the stored result of a request if it stands for no answer and this one completes it.
    mutating func amend(_ incoming: IncomingResult) throws {
        guard let held = try held(incoming.customID), let stored = held.stored else { return }
        guard incoming.completes(stored) else { report.repeated += 1; return }
        report.stored += 1
        try settle(incoming, held)
    }

    /// Stores a result of a copy, whose rows are counted when the copy is sealed.
    mutating func restore(_ result: BatchResult, source: ResultSource?, requestKey: Int64) throws {
        let incoming = IncomingResult(
            customID: result.customID, outcome: result.outcome, statusCode: result.statusCode, error: result.error,
            usage: result.usage, line: result.line, nativeLine: result.nativeLine, source: source ?? .answer)
        try settle(
            incoming, Held(requestKey: requestKey), source: source, recordedAt: result.recordedAt.milliseconds)
    }

    /// Applies the counts; must be called before the transaction ends.
    func finish() throws { try db.move(tally, job: jobKey, batch: batchKey) }

    /// A request of the job, with its result if it has one.
    private struct Held {
        var requestKey: Int64
        var resultKey: Int64?
        var stored: StoredOutcome?
    }

    private func held(_ customID: CustomID) throws -> Held? {
        try find.first(batchKey, customID) { row in
            var held = Held(requestKey: try row.integer(0), resultKey: try row.optionalInteger(1))
            guard let outcome = try row.outcome(2) else { return held }
            let source = try row.optionalText(4).map { ResultSource(file: $0, line: Int(try row.integer(5))) }
            held.stored = StoredOutcome(outcome: outcome, code: try row.optionalText(3), source: source)
            return held
        }
    }

    private mutating func settle(_ incoming: IncomingResult, _ held: Held) throws {
        try settle(incoming, held, source: incoming.source, recordedAt: now)
    }

    private mutating func settle(
        _ incoming: IncomingResult, _ held: Held, source: ResultSource?, recordedAt: Int64
    ) throws {
        let row = held.resultKey == nil ? insert : replace
        try row.bind(1, jobKey)
        try row.bind(2, held.requestKey)
        try row.bind(3, incoming.outcome.rawValue)
        try row.bind(4, incoming.statusCode)
        try row.bind(5, incoming.error?.code)
        try row.bind(6, incoming.error?.message)
        try row.bind(7, Column.tokens(incoming.usage.input))
        try row.bind(8, Column.tokens(incoming.usage.output))
        try row.bind(9, source?.file)
        try row.bind(10, source?.line)
        try row.bind(11, recordedAt)
        try row.binding(12, incoming.line) { try row.binding(13, incoming.nativeLine) { try row.run() } }
        let old = held.stored?.outcome
        tally.moveJob(from: old, to: incoming.outcome)
        guard isOnlyAttempt else { return tally.addToBatch(try db.refreshAnswers("?", [held.requestKey])) }
        tally.moveBatch(from: old, to: incoming.outcome)
        try answer.bind(1, incoming.outcome.rawValue)
        try answer.bind(2, held.resultKey ?? db.lastInsertedRowID)
        try answer.bind(3, held.requestKey)
        try answer.run()
    }
}

extension Database {
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
            UPDATE requests SET result_key = (\(Self.derivedAnswer)), outcome = (\(Self.derivedOutcome))
            WHERE request_key IN (\(requestKeys))
            """, arguments)
        return try answered(requestKeys, arguments).merging(before.mapValues { -$0 }, uniquingKeysWith: +)
    }

    private static let sealedTries = """
        FROM job_requests t JOIN provider_jobs j USING (job_key) JOIN attempts a USING (attempt_key)
            LEFT JOIN results s ON s.job_key = t.job_key AND s.request_key = t.request_key
        WHERE t.request_key = requests.request_key AND a.sealed = 1
        """
    private static let bestTry = """
        \(sealedTries) AND s.outcome IS NOT NULL ORDER BY s.outcome = 'succeeded' DESC, a.number DESC LIMIT 1
        """
    /// The key of the current result of a row of `requests`.
    static let derivedAnswer = "SELECT s.result_key \(bestTry)"
    /// The outcome of a row of `requests`.
    static let derivedOutcome = """
        SELECT CASE WHEN (SELECT s.outcome \(sealedTries) ORDER BY a.number DESC LIMIT 1) IS NULL THEN NULL
            ELSE (SELECT s.outcome \(bestTry)) END
        """

    /// Gives the open requests of a job their closing outcome.
    func close(_ jobKey: Int64, _ closing: ProviderJobState.Closing, at date: Date, batchKey: Int64) throws {
        let open = try jobCounts(jobKey).open
        guard open > 0 else { return }
        let newest = try Int64.fetchOne(cachedStatement(sql: "SELECT max(result_key) FROM results"), arguments: [])
        try run(
            """
            INSERT INTO results (job_key, request_key, outcome, error_code, error_message, recorded_at)
            SELECT t.job_key, t.request_key, ?, ?, ?, ? FROM job_requests t
            WHERE t.job_key = ? AND NOT EXISTS (
                SELECT 1 FROM results s WHERE s.job_key = t.job_key AND s.request_key = t.request_key)
            """,
            [closing.outcome.rawValue, closing.error.code, closing.error.message, date.milliseconds, jobKey])
        var tally = Tally()
        tally.moveJob(to: closing.outcome, count: changesCount)
        let closed = "SELECT request_key FROM results WHERE result_key > ?"
        if try hasOneAttempt(batchKey: batchKey) {
            tally.moveBatch(to: closing.outcome, count: changesCount)
            try run(
                """
                UPDATE requests SET outcome = s.outcome, result_key = s.result_key
                FROM results s WHERE s.result_key > ? AND requests.request_key = s.request_key
                """, [newest ?? 0])
        } else {
            tally.addToBatch(try refreshAnswers(closed, [newest ?? 0]))
        }
        try move(tally, job: jobKey, batch: batchKey)
    }

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
