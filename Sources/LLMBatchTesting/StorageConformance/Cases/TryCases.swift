import LLMBatchCore

extension StorageConformance {
    /// The tries of a batch, from which a copy is made.
    static let tries = [
        Case("tries: they are in the order of attempts, jobs and requests") { storage in
            let drive = try await storage.eventful()
            let places = try await storage.allTries(drive.batch).map { [$0.job.attempt, $0.job.index, $0.position] }
            let first = [
                [1, 1, 0], [1, 1, 1], [1, 1, 2], [1, 1, 3], [1, 2, 4], [1, 2, 5], [1, 2, 6], [1, 2, 7],
            ]
            try expect(places, equals: first + [[2, 1, 2], [2, 1, 3], [2, 1, 5], [2, 1, 7]])
        },
        Case("tries: pages of every size have the same elements") { storage in
            let drive = try await storage.eventful()
            let all = try await storage.tries(of: drive.batch, after: nil, limit: 100)
            try expect(all.hasMore, equals: false)
            for size in 1...13 {
                try await expect(
                    storage.allTries(drive.batch, pageSize: size), equals: all.elements, "pages of \(size)")
            }
        },
        Case("tries: every position in the list is a valid cursor") { storage in
            let drive = try await storage.eventful()
            let all = try await storage.allTries(drive.batch)
            for (number, entry) in all.enumerated() {
                let rest = try await storage.tries(of: drive.batch, after: entry.cursor, limit: 100)
                try expect(rest.elements, equals: Array(all.dropFirst(number + 1)), "after \(entry.cursor)")
            }
        },
        Case("tries: a cursor past the end of a job continues with the next job") { storage in
            let drive = try await storage.driven(4, jobs: 2)
            let rest = try await storage.tries(
                of: drive.batch, after: TryCursor(attempt: 1, index: 1, position: 900), limit: 9)
            try expect(rest.elements.map(\.position), equals: [2, 3])
        },
        Case("tries: each has its result with its exact bytes and source") { storage in
            let drive = try await storage.driven(3)
            let sent = Fixture.result(1, .errored, text: "\u{E9}")
            _ = try await storage.ingest([sent], into: drive.job(), claim: drive.claim)
            let entry = try await storage.allTries(drive.batch)[1]
            try expect(entry.source, equals: sent.source)
            try expect(entry.result?.line, equals: sent.line)
            try expect(entry.result, equals: try await storage.results(of: drive.batch, customIDs: ["r1"]).first)
        },
        Case("tries: an open one has no result, a closed one no source") { storage in
            let drive = try await storage.driven(2)
            try await expect(storage.allTries(drive.batch).map(\.result), equals: [nil, nil])
            try await drive.end(.expired)
            try await expect(storage.allTries(drive.batch).map(\.result?.outcome), equals: [.expired, .expired])
            try await expect(storage.allTries(drive.batch).map(\.source), equals: [nil, nil])
        },
        Case("tries: a batch without an attempt, and an unsealed attempt, have none") { storage in
            let drive = try await storage.claimed(2)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await storage.assign(Drive.split([0, 1], jobs: 1), attempt: 1, claim: drive.claim)
            try await expect(storage.allTries(drive.batch), equals: [])
        },
    ]
}
