import LLMBatchCore

extension StorageConformance {
    /// The current answer of a request is its latest success, else its latest result.
    static let currentAnswers = [
        Case("current answer: a later success replaces a failure") { storage in
            let drive = try await afterTwo(storage, .errored, .succeeded)
            try await expectAnswer(drive, .succeeded, attempt: 2)
        },
        Case("current answer: a later failure replaces a failure") { storage in
            let drive = try await afterTwo(storage, .errored, .invalid)
            try await expectAnswer(drive, .invalid, attempt: 2)
        },
        Case("current answer: a later failure does not replace a success") { storage in
            let drive = try await afterTwo(storage, .succeeded, .errored)
            try await expectAnswer(drive, .succeeded, attempt: 1)
        },
        Case("current answer: a later success replaces a success") { storage in
            let drive = try await afterTwo(storage, .succeeded, .succeeded)
            try await expectAnswer(drive, .succeeded, attempt: 2)
        },
        Case("current answer: the end of a later attempt does not replace a success") { storage in
            let drive = try await afterTwo(storage, .succeeded, nil)
            try await expectAnswer(drive, .succeeded, attempt: 1)
            try await expect(drive.record().counts, equals: OutcomeCounts(requested: 1, ended: [.succeeded: 1]))
        },
        Case("current answer: the end of a later attempt replaces a failure") { storage in
            let drive = try await afterTwo(storage, .errored, nil)
            try await expectAnswer(drive, .missing, attempt: 2)
        },
        Case("current answer: a request that is sent again is open, and keeps its last answer until then") {
            storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1, 2], attempt: 2)
            try await expect(storage.allRequests(drive.batch).map(\.outcome), equals: [.succeeded, nil, nil, .missing])
            try await expect(
                storage.allResults(drive.batch).map(\.outcome), equals: [.succeeded, .errored, .missing, .missing])
            try await expect(storage.results(of: drive.batch, customIDs: ["r1"]).map(\.job), equals: [drive.job(1)])
        },
        Case("current answer: a late result of an earlier attempt replaces no later one") { storage in
            let drive = try await storage.driven(1)
            try await drive.plan([0], attempt: 2)
            try await drive.answer([0], .invalid, attempt: 2)
            try await drive.answer([0], .errored, attempt: 1)
            try await expectAnswer(drive, .invalid, attempt: 2)
        },
        Case("current answer: a late success of an earlier attempt replaces a later failure") { storage in
            let drive = try await storage.driven(1)
            try await drive.plan([0], attempt: 2)
            try await drive.answer([0], .invalid, attempt: 2)
            try await drive.answer([0], .succeeded, attempt: 1)
            try await expectAnswer(drive, .succeeded, attempt: 1)
        },
        Case("current answer: a late result of an earlier attempt does not close a request of a later one") { storage in
            let drive = try await storage.driven(2)
            try await drive.plan([0], attempt: 2)
            try await drive.answer([0, 1], .errored, attempt: 1)
            try await expect(storage.allRequests(drive.batch, .open).map(\.position), equals: [0])
            try await drive.end(attempt: 1)
            try await expect(storage.allRequests(drive.batch, .open).map(\.position), equals: [0])
            try await expect(drive.record().counts, equals: OutcomeCounts(requested: 2, ended: [.errored: 1]))
        },
        Case("current answer: over five attempts the latest success is kept") { storage in
            let drive = try await storage.driven(1)
            let outcomes: [Outcome] = [.errored, .succeeded, .expired, .succeeded, .missing]
            for (number, outcome) in zip(1..., outcomes) {
                if number > 1 { try await drive.plan([0], attempt: number) }
                try await drive.answer([0], outcome, attempt: number)
                try await drive.end(attempt: number)
            }
            try await expectAnswer(drive, .succeeded, attempt: 4)
            try await expect(
                storage.history(of: drive.batch, customID: "r0").compactMap(\.result?.outcome), equals: outcomes)
        },
    ]

    /// One request after two ended attempts. If `second` is nil, the end of the attempt sets the outcome.
    private static func afterTwo(_ storage: any BatchStorage, _ first: Outcome, _ second: Outcome?) async throws
        -> Drive
    {
        let drive = try await storage.driven(1)
        try await drive.answer([0], first)
        try await drive.end()
        try await drive.plan([0], attempt: 2)
        if let second { try await drive.answer([0], second, attempt: 2) }
        try await drive.end(attempt: 2, at: 200)
        return drive
    }

    private static func expectAnswer(
        _ drive: Drive, _ outcome: Outcome, attempt: Int, fileID: StaticString = #fileID, line: UInt = #line
    ) async throws {
        let (storage, batch) = (drive.storage, drive.batch)
        let found = [try await storage.allResults(batch), try await storage.results(of: batch, customIDs: ["r0"])]
        for results in found {
            try expect(results.map(\.outcome), equals: [outcome], "the results", fileID: fileID, line: line)
            try expect(results.map(\.job.attempt), equals: [attempt], "the attempt", fileID: fileID, line: line)
        }
        let requests = try await storage.allRequests(batch, .outcomes([outcome]))
        try expect(requests.map(\.outcome), equals: [outcome], "the request", fileID: fileID, line: line)
        let counts = try await drive.record().counts
        try expect(
            counts, equals: OutcomeCounts(requested: 1, ended: [outcome: 1]), "the counts", fileID: fileID, line: line)
    }
}
