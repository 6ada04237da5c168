import LLMBatchCore

extension StorageConformance {
    /// The current answers of a batch, by outcome, page by page.
    static let resultPages = [
        selection("any", nil, Array(0..<8)),
        selection("succeeded", [.succeeded], [0, 1, 3, 4, 6]),
        selection("errored (asked again, not answered yet)", [.errored], [2]),
        selection("missing (asked again, not answered yet)", [.missing], [7]),
        selection("unsuccessful", Outcome.unsuccessful, [2, 5, 7]),
        selection("succeeded or missing", [.succeeded, .missing], [0, 1, 3, 4, 6, 7]),
        selection("no outcome at all", [], []),
        selection("an outcome that none has", [.cancelled], []),
        Case("results: requests without any result are left out") { storage in
            let drive = try await storage.driven(5)
            try await expect(storage.allResults(drive.batch), equals: [])
            try await drive.answer([1, 4])
            try await expect(storage.allResults(drive.batch).map(\.position), equals: [1, 4])
        },
        Case("results: an exactly full last page reports no more; a smaller one reports more") { storage in
            let drive = try await storage.driven(6)
            try await drive.answer([0, 2, 4, 5])
            for (limit, more) in [(3, true), (4, false), (5, false)] {
                let page = try await storage.results(ResultQuery(batch: drive.batch, limit: limit))
                try expect(page.elements.count, equals: min(limit, 4))
                try expect(page.hasMore, equals: more, "limit \(limit)")
            }
        },
        Case("results: after the last there is nothing") { storage in
            let drive = try await storage.driven(3)
            try await drive.answer([0, 1, 2])
            for after in [2, 3, 1000] {
                try await expect(storage.results(ResultQuery(batch: drive.batch, after: after)).elements, equals: [])
            }
        },
        Case("results: each names the job that it came from") { storage in
            let drive = try await storage.eventful()
            let jobs = try await storage.allResults(drive.batch).map(\.job)
            let (one, two, again) = (drive.job(1, 1), drive.job(1, 2), drive.job(2, 1))
            try expect(jobs, equals: [one, one, one, again, two, again, two, two])
        },
    ]

    private static func selection(_ what: String, _ outcomes: Set<Outcome>?, _ wanted: [Int]) -> Case {
        Case("results: those of \(what), in pages of every size") { storage in
            let drive = try await storage.eventful()
            for size in 1...9 {
                let found = try await storage.allResults(drive.batch, outcomes, pageSize: size)
                try expect(found.map(\.position), equals: wanted, "pages of \(size)")
            }
        }
    }
}
