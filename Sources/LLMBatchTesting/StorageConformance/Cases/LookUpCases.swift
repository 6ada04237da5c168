import LLMBatchCore

extension StorageConformance {
    /// Looking up requests and results by custom id.
    static let lookUps = [
        Case("look-up: requests are in the order of the ids") { storage in
            let batch = try await storage.draft(6)
            let asked = Fixture.ids([4, 0, 5, 2])
            try await expect(storage.requests(of: batch, customIDs: asked).map(\.request.customID), equals: asked)
        },
        Case("look-up: unknown ids are left out") { storage in
            let batch = try await storage.draft(3)
            let found = try await storage.requests(of: batch, customIDs: ["x", "r2", "", "R1", "r1 ", "r0"])
            try expect(found.map(\.position), equals: [2, 0])
        },
        Case("look-up: without ids nothing is returned") { storage in
            let drive = try await storage.driven(3)
            try await drive.answer([0])
            try await expect(storage.requests(of: drive.batch, customIDs: []), equals: [])
            try await expect(storage.results(of: drive.batch, customIDs: []), equals: [])
        },
        Case("look-up: a repeated id is returned each time") { storage in
            let drive = try await storage.driven(3)
            try await drive.answer([1])
            try await expect(
                storage.requests(of: drive.batch, customIDs: ["r1", "r0", "r1"]).map(\.position), equals: [1, 0, 1])
            try await expect(
                storage.results(of: drive.batch, customIDs: ["r1", "r0", "r1"]).map(\.position), equals: [1, 1])
        },
        Case("look-up: results are in the order of the ids, without unanswered ones") { storage in
            let drive = try await storage.driven(5)
            try await drive.answer([0, 3])
            try await drive.answer([4], .errored)
            let found = try await storage.results(of: drive.batch, customIDs: Fixture.ids([4, 1, 3, 9, 0]))
            try expect(found.map(\.position), equals: [4, 3, 0])
            try expect(found.map(\.outcome), equals: [.errored, .succeeded, .succeeded])
        },
        Case("look-up: an id is found only in its own batch") { storage in
            let (one, two) = (try await storage.draft(ids: ["a", "b"]), try await storage.draft(ids: ["b", "c"]))
            try await expect(storage.requests(of: one, customIDs: ["a", "b", "c"]).map(\.position), equals: [0, 1])
            try await expect(storage.requests(of: two, customIDs: ["a", "b", "c"]).map(\.position), equals: [0, 1])
        },
        Case("look-up: more ids than a statement has parameters are found") { storage in
            let batch = try await storage.draft(3)
            let asked = Fixture.ids([2]) + (0..<40_000).map { CustomID("none-\($0)") } + Fixture.ids([0])
            try await expect(storage.requests(of: batch, customIDs: asked).map(\.position), equals: [2, 0])
        },
        Case("look-up: the batches with an id are found, newest first, up to the limit") { storage in
            let holding = [
                try await storage.draft(ids: ["x", "shared"]), try await storage.draft(ids: ["shared"]),
                try await storage.draft(ids: ["shared", "y"]),
            ]
            _ = try await storage.draft(ids: ["Shared", "shared "])
            try await expect(storage.batches(containing: "shared", limit: 10), equals: holding.reversed())
            try await expect(storage.batches(containing: "shared", limit: 2), equals: [holding[2], holding[1]])
            try await expect(storage.batches(containing: "none", limit: 10), equals: [])
        },
        Case("look-up: a request has its outcome") { storage in
            let drive = try await storage.eventful()
            let found = try await storage.requests(of: drive.batch, customIDs: Fixture.ids([2, 5, 0]))
            try expect(found.map(\.outcome), equals: [nil, .invalid, .succeeded])
        },
    ]
}
