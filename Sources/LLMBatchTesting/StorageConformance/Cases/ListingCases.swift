import Foundation
import LLMBatchCore

extension StorageConformance {
    /// The list of batches, with each filter alone and with combinations.
    static let listing = [
        filter("no filter", [4, 3, 2, 1, 0]) { _ in BatchQuery() },
        filter("a provider", [3, 1]) { _ in BatchQuery(provider: "batchy") },
        filter("an endpoint", [4, 1]) { _ in BatchQuery(endpoint: .embeddings) },
        filter("a name", [2]) { _ in BatchQuery(name: "two") },
        filter("the start of a name, which is not enough", []) { _ in BatchQuery(name: "tw") },
        filter("the start of an id", [1]) { ids in BatchQuery(idPrefix: String(ids[1].rawValue.prefix(12))) },
        filter("a whole id", [3]) { ids in BatchQuery(idPrefix: ids[3].rawValue) },
        filter("the end of an id, which is no start", []) { ids in
            BatchQuery(idPrefix: String(ids[1].rawValue.suffix(12)))
        },
        filter("a wildcard as the start of an id", []) { _ in BatchQuery(idPrefix: "%") },
        filter("an underscore as the start of an id", []) { _ in BatchQuery(idPrefix: "_") },
        filter("the start of no id", []) { _ in BatchQuery(idPrefix: "zzzzzzzz!") },
        filter("a first line that every batch has", [4, 3, 2, 1, 0]) { _ in
            BatchQuery(firstLine: Fixture.request(0).request.line)
        },
        filter("the line of a later request", []) { _ in BatchQuery(firstLine: Fixture.request(1).request.line) },
        filter("a content", [2]) { _ in BatchQuery(contentSHA256: [2, 2, 2]) },
        filter("a content that no batch has", []) { _ in BatchQuery(contentSHA256: [2, 2]) },
        filter("one label", [4, 2, 0]) { _ in BatchQuery(metadata: ["parity": "even"]) },
        filter("two labels", [2]) { _ in BatchQuery(metadata: ["parity": "even", "n": "2"]) },
        filter("a label with an odd name", [3]) { _ in BatchQuery(metadata: ["it's $.a[\"3\"]": "%"]) },
        filter("a label with another value", []) { _ in BatchQuery(metadata: ["parity": "EVEN"]) },
        filter("a label that no batch has", []) { _ in BatchQuery(metadata: ["nothing": "even"]) },
        filter("after a time, which itself is not after", [4, 3]) { _ in BatchQuery(createdAfter: Fixture.date(2)) },
        filter("before a time, which itself is not before", [1, 0]) { _ in BatchQuery(createdBefore: Fixture.date(2)) },
        filter("between two times", [3, 2, 1]) { _ in
            BatchQuery(createdAfter: Fixture.date(0), createdBefore: Fixture.date(4))
        },
        filter("a status", [3]) { _ in BatchQuery(statuses: [.inProgress]) },
        filter("several statuses", [4, 3, 2]) { _ in BatchQuery(statuses: [.inProgress, .completed, .failed]) },
        filter("no status at all", []) { _ in BatchQuery(statuses: []) },
        filter("everything at once", [3]) { ids in
            BatchQuery(
                statuses: [.inProgress], provider: "batchy", endpoint: .chatCompletions, name: "three",
                idPrefix: String(ids[3].rawValue.prefix(10)), contentSHA256: [3, 3, 3], metadata: ["parity": "odd"],
                createdAfter: Fixture.date(2.5), createdBefore: Fixture.date(3.5))
        },
        filter("everything at once but one thing", []) { ids in
            BatchQuery(
                statuses: [.inProgress], provider: "batchy", endpoint: .chatCompletions, name: "three",
                idPrefix: String(ids[3].rawValue.prefix(10)), contentSHA256: [3, 3, 3], metadata: ["parity": "even"])
        },
    ]

    private static func filter(
        _ what: String, _ wanted: [Int], _ query: @escaping @Sendable ([BatchID]) -> BatchQuery
    ) -> Case {
        Case("listing: \(what)") { storage in
            let ids = try await fiveBatches(storage)
            let page = try await storage.batches(query(ids))
            try expect(page.elements.compactMap { ids.firstIndex(of: $0.id) }, equals: wanted)
            try expect(page.hasMore, equals: false)
        }
    }

    /// Batch 2 has ended, batch 3 is in progress, batch 4 has failed, and the others are drafts.
    private static func fiveBatches(_ storage: any BatchStorage) async throws -> [BatchID] {
        var ids: [BatchID] = []
        for (number, name) in ["zero", "one", "two", "three", "four"].enumerated() {
            var metadata = ["n": "\(number)", "parity": number % 2 == 0 ? "even" : "odd"]
            if number == 3 { metadata["it's $.a[\"3\"]"] = "%" }
            let new = Fixture.batch(
                name: name, endpoint: [1, 4].contains(number) ? .embeddings : .chatCompletions, metadata: metadata,
                provider: ProviderSettings(name: number % 2 == 0 ? "openai" : "batchy"),
                createdAt: Fixture.date(Double(number)))
            try await storage.beginBatch(new)
            try await storage.appendRequests(Fixture.requests(0..<2), to: new.id)
            _ = try await storage.sealBatch(new.id, contentSHA256: Array(repeating: UInt8(number), count: 3))
            ids.append(new.id)
            guard number >= 2 else { continue }
            let drive = Drive(storage: storage, batch: new.id, claim: try await storage.hold(new.id))
            try await drive.plan(0..<2)
            if number == 3 {
                try await storage.saveProviderJob(drive.job(), state: Fixture.submitted(), claim: drive.claim)
            } else {
                try await drive.end(number == 2 ? .completed : .failed)
            }
        }
        return ids
    }
}
