import ArgumentParser
import Foundation
import LLMBatch

/// Shows requests by custom id, and rows of a job by number.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show requests by custom id, or rows by number, with every answer.",
        discussion: """
            If --batch names a job, a number is one of its rows, counted from 0. Without --batch, a number is a custom id, or \
            a row of the newest job if no batch has that id.
            """)

    @Argument(help: "Custom ids, or row numbers.") var ids: [String]
    @Option(help: "The batch (default: the newest that has the id).") var batch: String?
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print one JSON object per id.") var jsonl = false

    /// One request; its own line is inserted afterwards, byte for byte.
    private struct Content: Encodable {
        let customId: String
        let batchId: String
        let outcome: String
        let answer: ResultContent?
        let attempts: [TryContent]
    }

    func validate() throws {
        guard !(json && jsonl) else { throw ValidationError("Choose one of --json and --jsonl.") }
    }

    func run() async throws {
        let storage = try store.openExisting()
        var shown: (requests: [[UInt8]], rows: [[UInt8]]) = ([], [])
        var missing: [String] = []
        for id in ids {
            var object: [UInt8]
            if let row = try await row(id, storage) {
                object = try row.json()
                shown.rows.append(object)
                if !json, !jsonl { try row.describe() }
            } else if let (content, line) = try await content(CustomID(id), storage) {
                object = try JSONObject(try Terminal.encode(content, onOneLine: true)).replacing("request", with: line)
                shown.requests.append(object)
                if !json, !jsonl { try describe(content, line) }
            } else {
                missing.append(id)
                continue
            }
            if jsonl { try Terminal.write(object + [0x0A]) }
        }
        if json {
            func list(_ elements: [[UInt8]]) -> [UInt8] { Array(elements.joined(separator: Array(",\n".utf8))) }
            let rows = shown.rows.isEmpty ? [] : Array(",\"rows\":[".utf8) + list(shown.rows) + Array("]".utf8)
            try Terminal.write(
                Array("{\"schema_version\":\(BatchDocument.schemaVersion),\"requests\":[".utf8)
                    + list(shown.requests) + Array("]".utf8) + rows + Array("}\n".utf8))
        }
        guard missing.isEmpty else {
            let place = batch.map { "batch \($0) has no request" } ?? "no batch has a request"
            Terminal.note("llmbatch: \(place) \(missing.map { "\"\($0)\"" }.joined(separator: ", "))")
            throw ExitCode(3)
        }
    }

    /// The row of a job that a number stands for; nil if there is none.
    private func row(_ text: String, _ storage: SQLiteStorage) async throws -> ShownRow? {
        guard let number = Int(text), number >= 0 else { return nil }
        var job: Batch?
        if let batch {
            let named = try await BatchReference(text: batch).find(in: storage)
            if try await named.record().definition != nil { job = named }
        } else if try await storage.batches(containing: CustomID(text), limit: 1).isEmpty {
            job = try await Batch.newestJob(in: storage)
        }
        guard let job else { return nil }
        do { return ShownRow(batch: job.id, history: try await job.row(number)) } catch let error as LLMBatchError
            where error.code == .notFound
        { return nil }
    }

    private func content(_ id: CustomID, _ storage: SQLiteStorage) async throws -> (Content, line: [UInt8])? {
        guard let batch = try await holder(of: id, storage),
            let stored = try await batch.requests(customIDs: [id]).first
        else {
            return nil
        }
        let content = Content(
            customId: id.rawValue, batchId: batch.id.rawValue, outcome: stored.outcome?.rawValue ?? "open",
            answer: try await batch.results(customIDs: [id]).first.map(ResultContent.init),
            attempts: try await batch.history(customID: id).map(TryContent.init))
        return (content, stored.request.line)
    }

    private func holder(of id: CustomID, _ storage: SQLiteStorage) async throws -> Batch? {
        if let batch { return try await BatchReference(text: batch).find(in: storage) }
        guard let newest = try await storage.batches(containing: id, limit: 1).first else { return nil }
        return try await Batch.load(newest, storage: storage)
    }

    private func describe(_ content: Content, _ line: [UInt8]) throws {
        try Terminal.print("\(content.customId)  \(content.outcome)  (batch \(content.batchId))")
        try Terminal.print("  request: \(String(decoding: line, as: UTF8.self))")
        if let thoughts = content.answer?.reasoning { try Terminal.print("  thoughts: \(thoughts)") }
        if let said = content.answer?.said { try Terminal.print("  answer: \(said)") }
        for entry in content.attempts {
            let reused = entry.result?.reused == true ? ", reused" : ""
            let reason = entry.result?.error.map { ", \($0.code): \($0.message)" } ?? ""
            try Terminal.print(
                "  attempt \(entry.attempt) with \(entry.provider.label): \(entry.outcome)\(reused)\(reason)")
        }
    }
}
