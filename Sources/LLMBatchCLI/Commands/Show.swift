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

    @Argument(help: "Custom ids, or row numbers; - reads them from standard input, one per line.") var ids: [String]
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

    /// What an id or a number stands for.
    private enum Found {
        case row(ShownRow)
        case request(Content, line: [UInt8])
    }

    /// How many ids are looked up together.
    private static let idsAtOnce = 500

    func run() async throws {
        let storage = try store.openExisting()
        let named: Batch?
        if let batch { named = try await BatchReference(text: batch).find(in: storage) } else { named = nil }
        var shown: (requests: [[UInt8]], rows: [[UInt8]]) = ([], [])
        var missing: [String] = []
        let ids = try self.ids == ["-"] ? Self.standardInput() : self.ids
        for start in stride(from: 0, to: ids.count, by: Self.idsAtOnce) {
            let some = Array(ids[start..<min(ids.count, start + Self.idsAtOnce)])
            for (id, found) in zip(some, try await look(some, in: named, storage)) {
                let object: [UInt8]
                switch found {
                case .row(let row):
                    object = try row.json()
                    if json { shown.rows.append(object) }
                    if !json, !jsonl { try row.describe() }
                case .request(let content, let line):
                    object = try JSONObject(try Terminal.encode(content, onOneLine: true))
                        .replacing("request", with: line)
                    if json { shown.requests.append(object) }
                    if !json, !jsonl { try describe(content, line) }
                case nil:
                    missing.append(id)
                    continue
                }
                if jsonl { try Terminal.write(object + [0x0A]) }
            }
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

    /// Ids in any number: the arguments of a command are limited, and many of them are slow to read.
    private static func standardInput() throws -> [String] {
        let text = String(decoding: try FileHandle.standardInput.readToEnd() ?? Data(), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).map(String.init)
    }

    private func look(_ ids: [String], in named: Batch?, _ storage: SQLiteStorage) async throws -> [Found?] {
        var found = [Found?](repeating: nil, count: ids.count)
        var places: [BatchID: [Int]] = [:]
        for (place, id) in ids.enumerated() {
            let holder: BatchID?
            if let named {
                holder = named.id
            } else {
                holder = try await storage.batches(containing: CustomID(id), limit: 1).first
            }
            if let row = try await row(id, of: named, holder, storage) {
                found[place] = .row(row)
            } else if let holder {
                places[holder, default: []].append(place)
            }
        }
        for (holder, places) in places {
            let batch: Batch
            if let named { batch = named } else { batch = try await Batch.load(holder, storage: storage) }
            let contents = try await contents(of: batch, Set(places.map { ids[$0] }).map { CustomID($0) })
            for place in places { found[place] = contents[CustomID(ids[place])] }
        }
        return found
    }

    /// The row of a job that a number stands for; nil if there is none.
    private func row(
        _ text: String, of named: Batch?, _ holder: BatchID?, _ storage: SQLiteStorage
    ) async throws -> ShownRow? {
        guard let number = Int(text), number >= 0 else { return nil }
        var job: Batch?
        if let named {
            if try await named.record().definition != nil { job = named }
        } else if holder == nil {
            job = try await Batch.newestJob(in: storage)
        }
        guard let job else { return nil }
        do { return ShownRow(batch: job.id, history: try await job.row(number)) } catch let error as LLMBatchError
            where error.code == .notFound
        { return nil }
    }

    /// Requests of a batch, each with its answer and every attempt.
    private func contents(of batch: Batch, _ ids: [CustomID]) async throws -> [CustomID: Found] {
        let requests = try await batch.requests(customIDs: ids)
        let names = requests.map(\.request.customID)
        let answers = Dictionary(try await batch.results(customIDs: names).map { ($0.customID, $0) }) { $1 }
        let histories = try await batch.history(customIDs: names)
        var found: [CustomID: Found] = [:]
        for (stored, tries) in zip(requests, histories) {
            let id = stored.request.customID
            let content = Content(
                customId: id.rawValue, batchId: batch.id.rawValue, outcome: stored.outcome?.rawValue ?? "open",
                answer: answers[id].map(ResultContent.init), attempts: tries.map(TryContent.init))
            found[id] = .request(content, line: stored.request.line)
        }
        return found
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
