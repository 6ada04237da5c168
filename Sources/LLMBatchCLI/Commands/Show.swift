import ArgumentParser
import Foundation
import LLMBatch

/// Shows single requests by custom id.
struct Show: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Show requests by custom id: the request, its current answer, and every attempt.")

    @Argument(help: "Custom ids.") var ids: [String]
    @Option(help: "The batch; the newest that has the id when left out.") var batch: String?
    @OptionGroup var store: StoreArguments
    @Flag(help: "Print one JSON object.") var json = false
    @Flag(help: "Print one JSON object an id.") var jsonl = false

    /// One request; its own line is put in afterwards, byte for byte.
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
        var shown: [[UInt8]] = []
        var missing: [String] = []
        for id in ids {
            guard let (content, line) = try await content(CustomID(id), storage) else { missing.append(id); continue }
            let object = try JSONObject(try Terminal.encode(content, onOneLine: true)).replacing("request", with: line)
            if json {
                shown.append(object)
            } else if jsonl {
                try Terminal.write(object + [0x0A])
            } else {
                try describe(content, line)
            }
        }
        if json {
            let list = Array(shown.joined(separator: Array(",\n".utf8)))
            try Terminal.write(
                Array("{\"schema_version\":\(BatchDocument.schemaVersion),\"requests\":[".utf8) + list
                    + Array("]}\n".utf8))
        }
        guard missing.isEmpty else {
            Terminal.say("llmbatch: no batch has a request \(missing.map { "\"\($0)\"" }.joined(separator: ", "))")
            throw ExitCode(3)
        }
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
        if let text = content.answer?.text { try Terminal.print("  answer: \(text)") }
        for entry in content.attempts {
            let reason = entry.result?.error.map { ", \($0.code): \($0.message)" } ?? ""
            try Terminal.print("  attempt \(entry.attempt) with \(entry.provider.name): \(entry.outcome)\(reason)")
        }
    }
}
