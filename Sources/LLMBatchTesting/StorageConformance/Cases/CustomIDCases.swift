import LLMBatchCore

extension StorageConformance {
    /// Custom ids are stored verbatim and compared byte by byte.
    static let customIDs: [Case] =
        oddIDs.map(oddID) + [
            Case("custom ids: é in one and in two code points are two ids") { storage in
                let ids: [CustomID] = ["\u{E9}", "e\u{301}"]
                let batch = try await storage.draft(ids: ids)
                try await expect(
                    storage.requests(of: batch, customIDs: ids.reversed()).map(\.position), equals: [1, 0])
                try await expect(storage.allRequests(batch).map(\.request.customID), equals: ids)
                try await expect(storage.batches(containing: "\u{E9}", limit: 5), equals: [batch])
            },
            Case("custom ids: a result goes to the id with the same bytes") { storage in
                let ids: [CustomID] = ["\u{E9}", "e\u{301}"]
                let batch = try await storage.draft(ids: ids)
                let drive = Drive(storage: storage, batch: batch, claim: try await storage.hold(batch))
                try await drive.plan(0..<2)
                _ = try await storage.ingest(
                    [Fixture.result(1, .errored, id: ids[1]), Fixture.result(0, id: ids[0])], into: drive.job(),
                    claim: drive.claim)
                try await expect(storage.allResults(batch).map(\.outcome), equals: [.succeeded, .errored])
                try await expect(
                    storage.history(of: batch, customID: ids[1]).map(\.result?.outcome), equals: [.errored])
            },
            Case("custom ids: upper and lower case are two ids") { storage in
                let batch = try await storage.draft(ids: ["Row", "row", "ROW"])
                try await expect(
                    storage.requests(of: batch, customIDs: ["ROW", "row", "rOW"]).map(\.position), equals: [2, 1])
            },
            Case("custom ids: numbers and spaces are text") { storage in
                let ids: [CustomID] = ["1", "01", "1.0", " 1", "1 ", "1e0"]
                let batch = try await storage.draft(ids: ids)
                try await expect(storage.requests(of: batch, customIDs: ids).map(\.request.customID), equals: ids)
            },
            Case("custom ids: an id with a NUL character is refused") { storage in
                let new = Fixture.batch()
                try await storage.beginBatch(new)
                try await expectRefusal(.invalidInput) {
                    try await storage.appendRequests([Fixture.request(0, id: "a\0b")], to: new.id)
                }
                try await storage.appendRequests([Fixture.request(0, id: "a")], to: new.id)
            },
            Case("custom ids: an id is not cut at a NUL character") { storage in
                let batch = try await storage.draft(ids: ["a", "b"])
                let drive = Drive(storage: storage, batch: batch, claim: try await storage.hold(batch))
                try await drive.plan(0..<2)
                let report = try await storage.ingest(
                    [Fixture.result(0, id: "a\0b")], into: drive.job(), claim: drive.claim)
                try expect(report.anomalies, equals: 1)
                try await expect(storage.allResults(batch), equals: [])
                try await expect(storage.requests(of: batch, customIDs: ["a\0b"]), equals: [])
                try await expect(storage.results(of: batch, customIDs: ["a\0b"]), equals: [])
                try await expect(storage.history(of: batch, customID: "a\0b"), equals: [])
                try await expect(storage.batches(containing: "a\0b", limit: 5), equals: [])
            },
        ]

    private static let oddIDs: [(String, String)] = [
        ("quotes", #"it's "quoted" `so` \back\slash"#), ("percent and underscore", "100%_%s?1:x"), ("emoji", "👩‍👩‍👧‍👦🏴‍☠️"),
        ("right-to-left text", "שלום-\u{202E}abc"), ("control characters", "tab\tbell\u{7}line\nfeed"),
        ("1024 bytes", String(repeating: "x", count: 1024)), ("a statement", "'); DELETE FROM requests; --"),
    ]

    private static func oddID(_ what: String, _ text: String) -> Case {
        Case("custom ids: \(what) are kept verbatim") { storage in
            let id = CustomID(text)
            let batch = try await storage.draft(ids: ["before", id, "after"])
            let drive = Drive(storage: storage, batch: batch, claim: try await storage.hold(batch))
            try await drive.plan(0..<3)
            _ = try await storage.ingest([Fixture.result(1, id: id)], into: drive.job(), claim: drive.claim)
            try await expect(storage.requests(of: batch, customIDs: [id]).map(\.request.customID), equals: [id])
            try await expect(storage.results(of: batch, customIDs: [id]).map(\.customID), equals: [id])
            try await expect(storage.history(of: batch, customID: id).compactMap(\.result?.customID), equals: [id])
            try await expect(storage.batches(containing: id, limit: 2), equals: [batch])
            _ = try await storage.ingest(
                [Fixture.result(1, .errored, id: CustomID(text + "!"))], into: drive.job(), claim: drive.claim)
            try await expect(storage.allAnomalies(batch).map(\.customID), equals: [CustomID(text + "!")])
        }
    }
}
