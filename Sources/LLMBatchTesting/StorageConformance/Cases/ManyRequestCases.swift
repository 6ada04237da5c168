import LLMBatchCore

extension StorageConformance {
    /// A larger batch, in chunks and pages.
    static let manyRequests = [
        Case("many requests: 5000 requests in chunks are read in pages, in order") { storage in
            let batch = try await fiveThousand(storage)
            let found = try await storage.allRequests(batch, pageSize: 700)
            try expect(found.map(\.position), equals: Array(0..<5000))
            try expect(found.map(\.request.customID) == Fixture.ids(0..<5000), "the ids")
        },
        Case("many requests: a job of 5000 is answered, counted and ended") { storage in
            let batch = try await fiveThousand(storage)
            let drive = Drive(storage: storage, batch: batch, claim: try await storage.hold(batch))
            try await drive.plan(0..<5000, jobs: 2)
            for start in stride(from: 0, to: 2500, by: 500) { try await drive.answer((start..<start + 499).reversed()) }
            try await expect(
                storage.allJobRequests(drive.job(), onlyOpen: true).map(\.position),
                equals: [499, 999, 1499, 1999, 2499])
            try await expect(drive.end().unsuccessful, equals: 5)
            try await expect(drive.end(.expired, job: 2)[.expired], equals: 2500)
            try await expect(drive.record().counts[.succeeded], equals: 2495)
            try await expect(
                storage.allRequests(batch, .outcomes(Outcome.unsuccessful), pageSize: 400).count, equals: 2505)
            try await expect(storage.allTries(batch, pageSize: 900).map(\.position), equals: Array(0..<5000))
        },
        Case("many requests: the last of 5000 is found by its id") { storage in
            let batch = try await fiveThousand(storage)
            try await expect(
                storage.requests(of: batch, customIDs: ["r4999", "r0"]).map(\.position), equals: [4999, 0])
        },
    ]

    private static func fiveThousand(_ storage: any BatchStorage) async throws -> BatchID {
        let new = Fixture.batch()
        try await storage.beginBatch(new)
        for start in stride(from: 0, to: 5000, by: 1000) {
            try await storage.appendRequests(Fixture.requests(start..<start + 1000), to: new.id)
        }
        return try await storage.sealBatch(new.id, contentSHA256: Fixture.digest).id
    }
}
