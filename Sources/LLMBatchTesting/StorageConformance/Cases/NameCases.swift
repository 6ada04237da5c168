import LLMBatchCore

extension StorageConformance {
    /// A name belongs to only one visible batch.
    static let names = [
        Case("names: the name of a visible batch is refused at the seal") { storage in
            let first = try await storage.draft(1, Fixture.batch(name: "mine"))
            let second = Fixture.batch(name: "mine")
            try await storage.beginBatch(second)
            try await storage.appendRequests(Fixture.requests(0..<2), to: second.id)
            let error = try await storage.expectUnchanged(first, .nameTaken) {
                _ = try await storage.sealBatch(second.id, contentSHA256: Fixture.digest)
            }
            try expect(error.message.contains("mine"), "the name: \(error.message)")
            try await expect(storage.batch(second.id), equals: nil)
        },
        Case("names: a refused seal succeeds once the name is free") { storage in
            let first = try await storage.draft(1, Fixture.batch(name: "mine"))
            let second = Fixture.batch(name: "mine")
            try await storage.beginBatch(second)
            try await storage.appendRequests(Fixture.requests(0..<2), to: second.id)
            try await expectRefusal(.nameTaken) { _ = try await storage.sealBatch(second.id, contentSHA256: [1]) }
            try await storage.deleteBatch(first)
            let record = try await storage.sealBatch(second.id, contentSHA256: [1])
            try expect(record.counts.requested, equals: 2)
        },
        Case("names: two unsealed batches may share a name; the first one sealed gets it") { storage in
            let (one, two) = (Fixture.batch(name: "race"), Fixture.batch(name: "race"))
            for new in [one, two] {
                try await storage.beginBatch(new)
                try await storage.appendRequests([Fixture.request(0)], to: new.id)
            }
            _ = try await storage.sealBatch(two.id, contentSHA256: [1])
            try await expectRefusal(.nameTaken) { _ = try await storage.sealBatch(one.id, contentSHA256: [1]) }
            try await expect(storage.batches(BatchQuery(name: "race")).elements.map(\.id), equals: [two.id])
        },
        Case("names: any number of batches may be unnamed") { storage in
            for _ in 0..<3 { _ = try await storage.draft(1, Fixture.batch(name: nil)) }
            try await expect(storage.batches(BatchQuery()).elements.map(\.name), equals: [nil, nil, nil])
        },
        Case("names: upper and lower case are two names") { storage in
            _ = try await storage.draft(1, Fixture.batch(name: "Mine"))
            let other = try await storage.draft(1, Fixture.batch(name: "mine"))
            try await expect(storage.batches(BatchQuery(name: "mine")).elements.map(\.id), equals: [other])
        },
        Case("names: names are compared by their bytes") { storage in
            let composed = try await storage.draft(1, Fixture.batch(name: "caf\u{E9}"))
            let decomposed = try await storage.draft(1, Fixture.batch(name: "cafe\u{301}"))
            try await expect(storage.batches(BatchQuery(name: "caf\u{E9}")).elements.map(\.id), equals: [composed])
            try await expect(storage.batches(BatchQuery(name: "cafe\u{301}")).elements.map(\.id), equals: [decomposed])
        },
        Case("names: an odd name is kept verbatim") { storage in
            for name in ["it's \"mine\"", "100%_", "👩‍👩‍👧", "a\nb", " spaces "] {
                let batch = try await storage.draft(1, Fixture.batch(name: name))
                try await expect(storage.batch(batch)?.name, equals: name)
                try await expect(storage.batches(BatchQuery(name: name)).elements.map(\.id), equals: [batch])
            }
        },
        Case("names: an empty name is refused") { storage in
            try await expectRefusal(.invalidInput) { try await storage.beginBatch(Fixture.batch(name: "")) }
        },
    ]
}
