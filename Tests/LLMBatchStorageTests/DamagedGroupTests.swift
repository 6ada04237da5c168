import Foundation
import GRDB
import LLMBatchCore
import LLMBatchSQLite
import LLMBatchTypedJobs
import Testing

/// A realtime provider that answers each row with a text, whatever it is asked.
private struct RowAnswerer: RealtimeProvider {
    let settings = ProviderSettings(name: "rows", model: "m")
    let account = ProviderAccount(provider: "rows")
    let limits = RealtimeLimits(concurrency: 1)

    func answer(_ request: OutgoingRequest) async throws(ProviderError) -> RealtimeAnswer {
        let text = (try? JSONObject(Array(request.request.body)))?.objects("messages")?.last?.string("content") ?? ""
        let ids = text.split(separator: "\"row_id\":").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
        let rows = ids.map { #"{"row_id":\#($0),"text":"t\#($0)"}"# }.joined(separator: ",")
        let content = JSONValue.string(#"{"rows":[\#(rows)]}"#)
        let body: JSONValue = ["choices": [["message": ["role": "assistant", "content": content]]]]
        return RealtimeAnswer(statusCode: 200, requestID: nil, body: body.json)
    }
}

@Suite("Row groups that are damaged in the store")
struct DamagedGroupTests {
    private func rows(_ storage: SQLiteStorage, _ id: BatchID) async throws -> [RowResult] {
        var found: [RowResult] = []
        for try await row in try await Batch.load(id, storage: storage, provider: Provider(RowAnswerer())).rows() {
            found.append(row)
        }
        return found
    }

    /// A job of six rows in three row groups, the line of the second changed by `change`.
    private func job(
        shuffled: Bool = false, _ folder: TemporaryFolder, _ change: @escaping @Sendable (String) -> String
    ) async throws -> (SQLiteStorage, BatchID) {
        let path = folder.newPath()
        let storage = try SQLiteStorage(path: path)
        let data = (0..<6).map { ["n": JSONValue.integer($0)] }
        let job = try Job<String>(prompt: "Say it.", batchSize: 2, shuffle: shuffled)
        let result = try await job.run(on: Provider(RowAnswerer()), data: data, storage: storage, name: "j")
        #expect(result.data.count == 6)
        let text = try await DatabaseQueue(path: path).write { db in
            let row = try #require(
                try Row.fetchOne(
                    db,
                    sql:
                        "SELECT request_key, CAST(line AS TEXT) AS line FROM request_lines JOIN requests USING (request_key) WHERE position = 1"
                ))
            let (key, line): (Int64, String) = (row["request_key"], row["line"])
            try db.execute(
                sql: "UPDATE request_lines SET line = ? WHERE request_key = ?",
                arguments: [Data(change(line).utf8), key])
            return line
        }
        #expect(change(text) != text)
        return (storage, result.batch)
    }

    @Test("The empty row with white space that version 0.1 wrote is read as intended")
    func former() async throws {
        try await TemporaryFolder.with { folder in
            let (storage, id) = try await job(folder) {
                $0.replacing(#"{\"row_id\":3,\"n\":3}"#, with: #"{\"row_id\":3, }"#)
            }
            let found = try await rows(storage, id)
            #expect(found.map(\.row) == [0, 1, 2, 3, 4, 5])
            #expect(found.allSatisfy { $0.value != nil })
            #expect(found[3].input == Array("{}".utf8))
        }
    }

    @Test(
        "An unreadable row group leaves only its own rows without a value", arguments: [false, true])
    func unreadable(shuffled: Bool) async throws {
        try await TemporaryFolder.with { folder in
            let (storage, id) = try await job(shuffled: shuffled, folder) { $0.replacing(#"\"row_id\":"#, with: "@") }
            let found = try await rows(storage, id)
            #expect(found.map(\.row) == [0, 1, 2, 3, 4, 5])
            let bad = found.filter { $0.value == nil }
            #expect(bad.count == 2)
            #expect(bad.allSatisfy { $0.problem?.kind == .damaged && $0.input == Array("null".utf8) })
            let batch = try await Batch.load(id, storage: storage, provider: Provider(RowAnswerer()))
            #expect(try await batch.row(bad[0].row).result.problem?.kind == .damaged)
            #expect(try await batch.jobMetrics().rowsSucceeded == 4)
        }
    }
}
