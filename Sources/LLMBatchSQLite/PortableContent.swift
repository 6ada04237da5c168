import Crypto
import Foundation
import GRDB
import LLMBatchCore

/// Validates the contents of an untrusted file, beyond what its schema enforces, before any of it is imported.
struct PortableContent {
    private let storage: SQLiteStorage
    private let readPolicy: BatchPolicyReader?

    init(_ storage: SQLiteStorage, _ readPolicy: BatchPolicyReader?) {
        self.storage = storage
        self.readPolicy = readPolicy
    }

    /// - Throws: `storage` with what is wrong.
    func check() async throws {
        if let finding = try await storage.read({ db in try db.longLine() ?? db.wrongAnswer() }) {
            throw damaged(finding)
        }
        var query = BatchQuery()
        while true {
            let page = try await storage.batches(query)
            for record in page.elements { try await check(record) }
            guard page.hasMore, let last = page.elements.last else { return }
            query.after = last.id
        }
    }

    private func check(_ record: BatchRecord) async throws {
        guard record.id.rawValue.wholeMatch(of: /[0-9A-Za-z_-]{1,64}/) != nil else {
            throw damaged("a batch has an invalid id")
        }
        do {
            if let name = record.name { try BatchName.check(name) }
            if let definition = record.definition {
                guard let readPolicy else {
                    throw damaged("batch \(record.id) has a definition, which cannot be read here")
                }
                _ = try readPolicy(definition)
            }
        } catch let error as LLMBatchError { throw damaged("batch \(record.id): \(error.message)") }
        let attempts = try await storage.attempts(of: record.id)
        guard attempts.map(\.number) == Array(1..<attempts.count + 1) else {
            throw damaged("the attempts of batch \(record.id) are not numbered from 1")
        }
        // Each is read once, so that an unreadable value is found before anything is copied.
        _ = try await storage.providerJobs(of: record.id, attempt: nil)
        try await checkRequests(record)
        try await checkTries(record)
    }

    /// Checks that every stored line matches its request, and that together they match the batch's hash.
    private func checkRequests(_ record: BatchRecord) async throws {
        var hash = SHA256()
        var position = 0
        var query = RequestQuery(batch: record.id)
        while true {
            let page = try await storage.requests(query)
            for stored in page.elements {
                let line = stored.request.line
                guard stored.position == position,
                    (try? JSONObject(line))?.string("custom_id").map({ CustomID($0) }) == stored.request.customID
                else {
                    throw damaged("request \(position + 1) of batch \(record.id) is not the line that is stored for it")
                }
                hash.update(data: line)
                hash.update(data: [0x0A])
                position += 1
            }
            guard page.hasMore, let last = page.elements.last else { break }
            query.after = last.position
        }
        guard Array(hash.finalize()) == record.contentSHA256 else {
            throw damaged("the requests of batch \(record.id) do not match its hash")
        }
    }

    private func checkTries(_ record: BatchRecord) async throws {
        var cursor: TryCursor?
        while true {
            let page = try await storage.tries(of: record.id, after: cursor, limit: 500)
            for entry in page.elements {
                guard let asked = entry.asked else { continue }
                guard (try? JSONObject(asked)) != nil else {
                    throw damaged("a line that batch \(record.id) sent is not JSON")
                }
            }
            guard page.hasMore, let last = page.elements.last else { break }
            cursor = last.cursor
        }
        var number: Int?
        while true {
            let page = try await storage.anomalies(of: record.id, after: number, limit: 500)
            guard page.hasMore, let last = page.elements.last else { return }
            number = last.number
        }
    }

    private func damaged(_ reason: String) -> LLMBatchError { .damaged(storage.path, reason) }
}

extension Database {
    /// A line that is too long to be read into memory.
    fileprivate func longLine() throws -> String? {
        let bounds: [(table: String, column: String, bound: Int)] = [
            ("request_lines", "line", LineLimits.request), ("asked_lines", "line", LineLimits.request),
            ("results", "line", LineLimits.result), ("results", "native", LineLimits.result),
            ("anomalies", "line", LineLimits.result),
        ]
        for (table, column, bound) in bounds {
            let sql = "SELECT 1 FROM \(table) WHERE length(\(column)) > ? LIMIT 1"
            if try Int.fetchOne(self, sql: sql, arguments: [bound]) != nil {
                return "\(table).\(column) contains a line of more than \(bound / 1_048_576) MiB"
            }
        }
        return nil
    }

    /// A request whose current result does not follow from its tries.
    fileprivate func wrongAnswer() throws -> String? {
        let sql = """
            SELECT b.id FROM requests JOIN batches b USING (batch_key)
            WHERE b.sealed = 1 AND (requests.outcome, requests.result_key) IS NOT ((\(Self.derivedOutcome)), (\(Self.derivedAnswer)))
            LIMIT 1
            """
        return try String.fetchOne(self, sql: sql).map { "the answers of batch \($0) do not follow from its results" }
    }
}
