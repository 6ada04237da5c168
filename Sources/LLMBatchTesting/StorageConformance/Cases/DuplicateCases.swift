import LLMBatchCore

extension StorageConformance {
    /// A custom id occurs only once in a batch.
    static let duplicates = [
        Case("duplicates: an id twice in one chunk is refused, naming both lines") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            let chunk = [Fixture.request(0), numbered(1, "twice", line: 11), numbered(2, "twice", line: 17)]
            let error = try await expectRefusal(.invalidInput) { try await storage.appendRequests(chunk, to: new.id) }
            try expect(
                error.message.contains("line 11") && error.message.contains("line 17"), "both lines: \(error.message)")
            try expect(error.message.contains("twice"), "the id: \(error.message)")
        },
        Case("duplicates: an id of an earlier chunk is refused, naming both lines") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            try await storage.appendRequests([numbered(0, "twice", line: 101)], to: new.id)
            let error = try await expectRefusal(.invalidInput) {
                try await storage.appendRequests([Fixture.request(1), numbered(2, "twice", line: 205)], to: new.id)
            }
            try expect(
                error.message.contains("line 101") && error.message.contains("line 205"), "both lines: \(error.message)"
            )
        },
        Case("duplicates: requests without lines are named by their position") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            let chunk = [numbered(0, "x", line: nil), numbered(1, "y", line: nil), numbered(2, "x", line: nil)]
            let error = try await expectRefusal(.invalidInput) { try await storage.appendRequests(chunk, to: new.id) }
            try expect(
                error.message.contains("request 1") && error.message.contains("request 3"), "both: \(error.message)")
        },
        Case("duplicates: a refused chunk leaves nothing behind, and a good one may follow") { storage in
            let new = Fixture.batch()
            try await storage.beginBatch(new)
            try await storage.appendRequests(Fixture.requests(0..<2), to: new.id)
            try await expectRefusal(.invalidInput) {
                try await storage.appendRequests(
                    [Fixture.request(2), Fixture.request(3), Fixture.request(4, id: "r0")], to: new.id)
            }
            try await storage.appendRequests([Fixture.request(2, id: "good")], to: new.id)
            try await expect(storage.sealBatch(new.id, contentSHA256: []).counts.requested, equals: 3)
            try await expect(storage.allRequests(new.id).map(\.request.customID), equals: ["r0", "r1", "good"])
            try await expect(storage.requests(of: new.id, customIDs: ["r2", "r3"]), equals: [])
        },
        Case("duplicates: two batches may use the same ids") { storage in
            let batches = [try await storage.draft(3), try await storage.draft(3)]
            try await expect(storage.batches(containing: "r2", limit: 5), equals: batches.reversed())
        },
        Case("duplicates: ids that differ only in how é is encoded are not duplicates") { storage in
            let batch = try await storage.draft(ids: ["caf\u{E9}", "cafe\u{301}"])
            try await expect(storage.batch(batch)?.counts.requested, equals: 2)
        },
    ]

    private static func numbered(_ position: Int, _ id: CustomID, line: Int?) -> NewRequest {
        NewRequest(position: position, sourceLine: line, request: Fixture.request(position, id: id).request)
    }
}
