import Foundation
import GRDB
import LLMBatchCore

/// How values are written into columns and read from them.
extension Date {
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: TimeInterval(milliseconds) / 1000) }
}

enum Column {
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    static func value<Value: Decodable>(_ type: Value.Type, json: String) throws -> Value {
        try JSONDecoder().decode(type, from: Data(json.utf8))
    }

    static func outcomes(_ outcomes: Set<Outcome>) -> String {
        // The words are our own, without quotes in them, so they can stand in a statement.
        outcomes.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
    }
}

extension CustomID {
    /// The id as it is looked up; nil, which equals nothing, for one that SQLite would cut at its NUL character.
    var column: String? { rawValue.utf8.contains(0) ? nil : rawValue }
}

extension Row {
    func bytes(_ column: String) -> [UInt8]? { (self[column] as Data?).map { [UInt8]($0) } }
    func date(_ column: String) -> Date? { (self[column] as Int64?).map { Date(milliseconds: $0) } }
    func outcome(_ column: String) -> Outcome? { (self[column] as String?).flatMap(Outcome.init) }

    func decoded<Value: Decodable>(_ type: Value.Type, _ column: String) throws -> Value? {
        try (self[column] as String?).map { try Column.value(type, json: $0) }
    }

    /// The frozen counts of a job or a batch; nil before they are frozen.
    func frozenCounts(requested: Int) -> OutcomeCounts? {
        guard (self["succeeded"] as Int?) != nil else { return nil }
        var counts = OutcomeCounts(requested: requested)
        for outcome in Outcome.allCases { counts[outcome] = self[outcome.rawValue] ?? 0 }
        return counts
    }
}

extension Database {
    /// The row key of a visible batch.
    func batchKey(_ id: BatchID) throws -> Int64 {
        let sql = "SELECT batch_key FROM batches WHERE id = ? AND sealed = 1"
        guard let key = try Int64.fetchOne(cachedStatement(sql: sql), arguments: [id.rawValue]) else {
            throw LLMBatchError.noBatch(id)
        }
        return key
    }

    /// The row key of a visible batch whose newest claim is this one; a stale owner is refused.
    func batchKey(_ claim: Claim) throws -> Int64 {
        let key = try batchKey(claim.batch)
        let fence = try Int.fetchOne(
            cachedStatement(sql: "SELECT claim_fence FROM batches WHERE batch_key = ?"), arguments: [key])
        guard fence == claim.fence else { throw LLMBatchError.staleClaim(claim.batch) }
        return key
    }

    /// The row key of a provider job of a sealed attempt.
    func jobKey(_ job: ProviderJobID, ofBatch key: Int64) throws -> Int64 {
        let sql = """
            SELECT job_key FROM provider_jobs JOIN attempts USING (attempt_key)
            WHERE batch_key = ? AND number = ? AND job_index = ? AND sealed = 1
            """
        let arguments: StatementArguments = [key, job.attempt, job.index]
        guard let found = try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments) else {
            throw LLMBatchError.noJob(job)
        }
        return found
    }

    /// Runs a statement that is kept prepared.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
