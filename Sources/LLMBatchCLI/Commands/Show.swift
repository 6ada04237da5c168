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

    private struct Document: Encodable {
        let schemaVersion = BatchDocument.schemaVersion
        let requests: [Content]
    }

    private struct Content: Encodable {
        let customId: String
        let batchId: String
        let outcome: String
        let request: JSONValue
        let answer: ResultContent?
        let attempts: [TryContent]
    }

    func run() async throws {
        let storage = try await store.open()
        let contents = try await ids.asyncMap { try await content(CustomID($0), storage) }
        if json { return try Terminal.print(json: Document(requests: contents)) }
        for content in contents {
            if jsonl { try Terminal.print(json: content, onOneLine: true) } else { try describe(content) }
        }
    }

    private func content(_ id: CustomID, _ storage: SQLiteStorage) async throws -> Content {
        let batch = try await holder(of: id, storage)
        guard let stored = try await batch.requests(customIDs: [id]).first else {
            throw LLMBatchError(.notFound, "batch \(batch.id) has no request \"\(id)\"")
        }
        return Content(
            customId: id.rawValue, batchId: batch.id.rawValue, outcome: stored.outcome?.rawValue ?? "open",
            request: try JSONDecoder().decode(JSONValue.self, from: Data(stored.request.line)),
            answer: try await batch.results(customIDs: [id]).first.map(ResultContent.init),
            attempts: try await batch.history(customID: id).map(TryContent.init))
    }

    private func holder(of id: CustomID, _ storage: SQLiteStorage) async throws -> Batch {
        if let batch { return try await BatchReference(text: batch).find(in: storage) }
        guard let newest = try await storage.batches(containing: id, limit: 1).first else {
            throw LLMBatchError(.notFound, "no batch has a request \"\(id)\"", hint: "llmbatch requests lists them")
        }
        return try await Batch.load(newest, storage: storage)
    }

    private func describe(_ content: Content) throws {
        try Terminal.print("\(Terminal.plain(content.customId))  \(content.outcome)  (batch \(content.batchId))")
        try Terminal.print("  request: \(Terminal.plain(String(decoding: content.request.json, as: UTF8.self)))")
        if let text = content.answer?.text { try Terminal.print("  answer: \(Terminal.plain(text))") }
        for entry in content.attempts {
            let reason = entry.result?.error.map { ", \($0.code): \($0.message)" } ?? ""
            try Terminal.print("  attempt \(entry.attempt) with \(entry.provider.name): \(entry.outcome)\(Terminal.plain(reason))")
        }
    }
}

extension Array {
    fileprivate func asyncMap<Value>(_ transform: (Element) async throws -> Value) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await transform(element)) }
        return values
    }
}
