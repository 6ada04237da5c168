import LLMBatchCore

extension StorageConformance {
    /// The end of a job: open requests get their outcome, and the counts become final.
    static let endings: [Case] =
        closings.map(closing) + [
            Case("ending: stored results stay as they are") { storage in
                let drive = try await storage.driven(3)
                try await drive.answer([0])
                try await drive.answer([1], .invalid)
                let before = try await storage.allResults(drive.batch)
                try await drive.end(.expired)
                try expect(Array(try await storage.allResults(drive.batch).prefix(2)), equals: before)
                try await expect(
                    storage.allResults(drive.batch).map(\.outcome), equals: [.succeeded, .invalid, .expired])
            },
            Case("ending: a closed request has no line, no code, no tokens, and the time of the end") { storage in
                let drive = try await storage.driven(1)
                try await drive.end(.cancelled, at: 55.5)
                let result = try require(try await storage.allResults(drive.batch).first, "the result")
                try expect(result.line == nil, "no line")
                try expect(result.statusCode, equals: nil)
                try expect(result.usage, equals: TokenUsage())
                try expect(result.recordedAt, equals: Fixture.date(55.5))
                try expect(result.job, equals: drive.job())
            },
            Case("ending: the counts add up and are final") { storage in
                let drive = try await storage.driven(6)
                try await drive.answer([0, 1])
                try await drive.answer([2], .errored)
                let counts = try await drive.end(.expired)
                try expect(
                    counts, equals: OutcomeCounts(requested: 6, ended: [.succeeded: 2, .errored: 1, .expired: 3]))
                try expect(counts.open, equals: 0)
                try await expect(drive.onlyJob().counts, equals: counts)
                try await expect(drive.record().counts, equals: counts)
            },
            Case("ending: frozen counts stay when a later attempt succeeds") { storage in
                let drive = try await halfAnswered(storage)
                let frozen = try await drive.onlyJob().counts
                try await drive.plan([1, 2, 3], attempt: 2)
                try await drive.answer([1, 2, 3], attempt: 2)
                try await drive.end(attempt: 2, at: 200)
                try await expect(drive.onlyJob().counts, equals: frozen)
                try await expect(drive.record().counts, equals: OutcomeCounts(requested: 4, ended: [.succeeded: 4]))
            },
            Case("ending: one job of two leaves the other open and the batch unfinished") { storage in
                let drive = try await storage.driven(4, jobs: 2)
                try await storage.saveProviderJob(drive.job(1, 2), state: Fixture.submitted(), claim: drive.claim)
                try await drive.end(job: 1)
                let record = try await drive.record()
                try expect(record.counts, equals: OutcomeCounts(requested: 4, ended: [.missing: 2]))
                try expect(record.finishedAt, equals: nil)
                try expect(record.status, equals: .inProgress)
                try await expect(storage.allRequests(drive.batch, .open).map(\.position), equals: [2, 3])
            },
            Case("ending: the batch ends with its last job, at the latest time, whatever the order") { storage in
                let drive = try await storage.driven(6, jobs: 3)
                try await drive.end(job: 1, at: 30)
                try await drive.end(job: 3, at: 50)
                try await drive.end(job: 2, at: 40)
                let record = try await drive.record()
                try expect(record.finishedAt, equals: Fixture.date(50))
                try expect(record.status, equals: .completed)
            },
            Case("ending: a batch whose latest attempt ends again has the new end") { storage in
                let drive = try await halfAnswered(storage)
                try await drive.plan([1], attempt: 2)
                try await drive.end(.failed, attempt: 2, at: 300)
                let record = try await drive.record()
                try expect(record.finishedAt, equals: Fixture.date(300))
                try expect(record.status, equals: .failed)
                try expect(
                    record.counts,
                    equals: OutcomeCounts(requested: 4, ended: [.succeeded: 1, .errored: 1, .missing: 2]))
            },
            Case("ending: a job with all its results closes nothing") { storage in
                let drive = try await storage.claimed(3)
                try await drive.plan([0, 1, 2])
                try await drive.answer([0, 1, 2])
                try await expect(drive.end(), equals: OutcomeCounts(requested: 3, ended: [.succeeded: 3]))
                try await expect(storage.allRequests(drive.batch, .open), equals: [])
            },
            Case("ending: the counts add up at every step") { storage in
                let drive = try await storage.driven(8, jobs: 2)
                for (position, outcome) in zip(0..<4, [Outcome.succeeded, .errored, .invalid, .expired]) {
                    try await drive.answer([position], outcome)
                    let counts = try await drive.record().counts
                    try expect(counts.finished, equals: position + 1)
                    try expect(counts.open, equals: 8 - position - 1)
                    try expect(counts[outcome], equals: 1)
                }
                try await drive.end(job: 1)
                try await drive.end(.cancelled, job: 2)
                try await expect(
                    drive.record().counts,
                    equals: OutcomeCounts(
                        requested: 8, ended: [.succeeded: 1, .errored: 1, .invalid: 1, .expired: 1, .cancelled: 4]))
            },
        ]

    private static let closings: [(BatchStatus, Outcome)] = [
        (.completed, .missing), (.expired, .expired), (.cancelled, .cancelled), (.failed, .errored),
    ]

    private static func closing(_ status: BatchStatus, _ outcome: Outcome) -> Case {
        Case("ending: a job that ends \(status.rawValue) closes what is open as \(outcome.rawValue), with the reason") {
            storage in
            let drive = try await storage.driven(3)
            try await drive.answer([1])
            let reason = Fixture.ended(status).closing.error
            try await expect(
                drive.end(status), equals: OutcomeCounts(requested: 3, ended: [.succeeded: 1, outcome: 2]))
            try await expect(storage.allResults(drive.batch).map(\.outcome), equals: [outcome, .succeeded, outcome])
            try await expect(storage.allResults(drive.batch).map(\.error), equals: [reason, nil, reason])
            try await expect(storage.allRequests(drive.batch, .outcomes([outcome])).map(\.position), equals: [0, 2])
            try await expect(drive.record().status, equals: status)
        }
    }
}
