import LLMBatchCore
import LLMBatchSchema

/// The rows of a job whose requests were written by an earlier version, so that equal rows may have different bytes.
struct FormerRows {
    private struct Differs: Error {}

    private let record: BatchRecord
    private let definition: TypedJobDefinition
    private let storage: any BatchStorage

    init(_ record: BatchRecord, _ definition: TypedJobDefinition, _ storage: any BatchStorage) {
        self.record = record
        self.definition = definition
        self.storage = storage
    }

    /// True when the job has exactly these rows; stops at the first difference.
    func are(_ rows: RowSource) async throws -> Bool {
        var writer = try RowGroupWriter(definition)
        var page = Page<StoredRequest>(elements: [], hasMore: true)
        var (next, after): (Int, Int?) = (0, nil)
        func compare(_ request: BatchRequest) async throws {
            if next == page.elements.count, page.hasMore {
                page = try await storage.requests(RequestQuery(batch: record.id, after: after, limit: 500))
                next = 0
            }
            guard next < page.elements.count else { throw Differs() }
            let stored = page.elements[next]
            (next, after) = (next + 1, stored.position)
            guard stored.request.customID == request.customID,
                let own = ParsedRequest(line: stored.request.line, of: definition),
                let given = ParsedRequest(line: request.line, of: definition), own.numbers == given.numbers,
                own.numbers.allSatisfy({ own.row($0) == given.row($0) })
            else { throw Differs() }
        }
        do {
            try await rows.read { row in
                for request in try writer.add(row) { try await compare(request) }
            }
            for request in try writer.rest() { try await compare(request) }
        } catch is Differs { return false }
        return next == page.elements.count && (!page.hasMore || after == record.counts.requested - 1)
    }
}
