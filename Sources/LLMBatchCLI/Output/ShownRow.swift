import Foundation
import LLMBatch

/// A row of a job as `show` prints it: the input, and the answer of every attempt.
struct ShownRow {
    let batch: BatchID
    let history: RowHistory

    /// The row without the parts that are inserted afterwards, byte for byte.
    private struct Content: Encodable {
        let row: Int
        let batchId: String
        let customId: String
        let error: RowErrorContent?
    }

    private struct Try: Encodable {
        let attempt: Int
        let provider: ProviderContent
        let outcome: String
        let error: Problem?
        let result: ResultContent?
    }

    private struct Problem: Encodable { let kind, message: String }

    func json() throws -> [UInt8] {
        let result = history.result
        let content = Content(
            row: result.row, batchId: batch.rawValue, customId: result.customID.rawValue,
            error: result.value == nil ? RowErrorContent(result) : nil)
        let tries = try history.attempts.map { entry in
            let content = Try(
                attempt: entry.attempt.number, provider: ProviderContent(entry.attempt.provider),
                outcome: entry.result?.outcome.rawValue ?? "open",
                error: entry.problem.map { Problem(kind: $0.kind.rawValue, message: $0.message) },
                result: entry.result.map(ResultContent.init))
            return try object(content, ["output": entry.value])
        }
        let list = Array("[".utf8) + Array(tries.joined(separator: Array(",".utf8))) + Array("]".utf8)
        return try object(content, ["input": result.input, "output": result.value, "attempts": list])
    }

    private func object(_ content: some Encodable, _ members: KeyValuePairs<String, [UInt8]?>) throws -> [UInt8] {
        var object = try Terminal.encode(content, onOneLine: true)
        for (key, value) in members {
            if let value { object = try JSONObject(object).replacing(key, with: value) }
        }
        return object
    }

    func describe() throws {
        let result = history.result
        let state = result.value == nil ? "failed" : "succeeded"
        try Terminal.print("row \(result.row)  \(state)  (job \(batch), request \(result.customID))")
        try Terminal.print("  input: \(String(decoding: result.input, as: UTF8.self))")
        if let value = result.value { try Terminal.print("  output: \(String(decoding: value, as: UTF8.self))") }
        for entry in history.attempts {
            let answer =
                entry.value.map { String(decoding: $0, as: UTF8.self) }
                ?? entry.problem.map { "\($0.kind.rawValue): \($0.message)" } ?? "nothing"
            let reused = entry.result?.isReused == true ? " (reused)" : ""
            try Terminal.print(
                "  attempt \(entry.attempt.number) with \(ProviderContent(entry.attempt.provider).label): \(answer)\(reused)"
            )
            if entry.value == nil, let text = entry.result?.said { try Terminal.print("    answer: \(text)") }
        }
    }
}

extension Batch {
    /// The newest batch that is a job; nil if there is none.
    static func newestJob(in storage: SQLiteStorage) async throws -> Batch? {
        var query = BatchQuery()
        while true {
            let page = try await storage.batches(query)
            if let job = page.elements.first(where: { $0.definition != nil }) {
                return try await load(job.id, storage: storage)
            }
            guard page.hasMore, let last = page.elements.last else { return nil }
            query.after = last.id
        }
    }
}
