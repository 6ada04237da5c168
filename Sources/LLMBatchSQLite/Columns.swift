import Foundation
import GRDB
import LLMBatchCore

/// Encodes values as columns.
enum Column {
    static func json(_ value: some Encodable) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return String(decoding: try encoder.encode(value), as: UTF8.self)
    }

    /// The outcomes as a list of literals: the names are our own and contain no quotes.
    static func list(_ outcomes: Set<Outcome>) -> String {
        outcomes.map { "'\($0.rawValue)'" }.sorted().joined(separator: ", ")
    }

    /// A condition on a request `r` of the batch ?1 that holds for every one with such a result, and which the index of
    /// unsuccessful requests answers where a success is not among them.
    static func index(for outcomes: Set<Outcome>) -> String {
        outcomes.contains(.succeeded)
            ? "r.result_key IS NOT NULL"
            : "r.batch_key = ?1 AND r.result_key IS NOT NULL AND r.outcome IS NOT 'succeeded'"
    }

    /// A token count; nil for an implausible one, so that sums never overflow.
    static func tokens(_ count: Int?) -> Int? {
        count.flatMap { plausibleTokens.contains($0) ? $0 : nil }
    }

    static let plausibleTokens = 0...1_000_000_000
}

extension Date {
    /// The years 1 to 9999, in milliseconds: the range of ISO 8601.
    static let plausibleMilliseconds: ClosedRange<Int64> = -62_135_596_800_000...253_402_300_799_999

    /// Milliseconds since 1970; a time outside the years 1 to 9999 is clamped to that range.
    var milliseconds: Int64 {
        let exact = (timeIntervalSince1970 * 1000).rounded()
        let range = Self.plausibleMilliseconds
        // NaN compares with nothing, and becomes the earliest time.
        guard exact > Double(range.lowerBound) else { return range.lowerBound }
        return exact < Double(range.upperBound) ? Int64(exact) : range.upperBound
    }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: TimeInterval(milliseconds) / 1000) }
}

extension CustomID {
    /// The id for a look-up; nil, which equals nothing, for an id that SQLite would cut at its NUL character.
    var column: String? { rawValue.utf8.contains(0) ? nil : rawValue }
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

    /// The row key of a visible batch whose newest claim is this one; a stale claim is refused.
    func batchKey(_ claim: Claim) throws -> Int64 {
        let key = try batchKey(claim.batch)
        let fence = try Int.fetchOne(
            cachedStatement(sql: "SELECT claim_fence FROM batches WHERE batch_key = ?"), arguments: [key])
        guard fence == claim.fence else { throw LLMBatchError.staleClaim(claim.batch) }
        return key
    }

    /// The row key and the endpoint of a visible batch.
    func keyAndEndpoint(_ id: BatchID) throws -> (Int64, Endpoint) {
        let batch = try BareStatement(self, "SELECT batch_key, endpoint FROM batches WHERE id = ?1 AND sealed = 1")
        try batch.bind(1, id.rawValue)
        defer { batch.reset() }
        guard try batch.step() else { throw LLMBatchError.noBatch(id) }
        return (try batch.integer(0), Endpoint(rawValue: try batch.text(1)))
    }

    /// The row key of a provider job of a sealed attempt.
    func jobKey(_ job: ProviderJobID, ofBatch key: Int64) throws -> Int64 {
        let sql = """
            SELECT job_key FROM provider_jobs JOIN attempts USING (attempt_key)
            WHERE batch_key = ? AND number = ? AND job_index = ? AND sealed = 1
            """
        let arguments: StatementArguments = [key, job.attempt, job.index]
        guard let found = try Int64.fetchOne(cachedStatement(sql: sql), arguments: arguments) else {
            throw LLMBatchError.noProviderJob(job)
        }
        return found
    }

    /// Runs a statement that is kept prepared.
    func run(_ sql: String, _ arguments: StatementArguments) throws {
        try cachedStatement(sql: sql).execute(arguments: arguments)
    }
}
