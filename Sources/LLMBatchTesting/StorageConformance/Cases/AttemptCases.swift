import LLMBatchCore

extension StorageConformance {
    /// Attempts are begun, filled and sealed. They are invisible until sealed.
    static let attempts: [Case] = attemptMaking + retrying

    private static let attemptMaking = [
        Case("attempts: nothing of an attempt is visible before it is sealed") { storage in
            let drive = try await storage.claimed(3)
            let before = try await BatchContents(of: drive.batch, in: storage)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await storage.assign(Drive.split([0, 1, 2], jobs: 2), attempt: 1, claim: drive.claim)
            try expect(try await BatchContents(of: drive.batch, in: storage), equals: before, "before the seal")
        },
        Case("attempts: a sealed attempt keeps all its fields") { storage in
            let drive = try await storage.claimed(2)
            var attempt = Attempt(
                number: 1, parent: nil, outcomes: nil, provider: Fixture.settings, account: nil,
                createdAt: Fixture.date(3.125))
            attempt.provider.options = ["window": "24h"]
            attempt.provider.model = "m-2"
            attempt.account = ProviderAccount(
                provider: "openai", baseURL: "https://x.example", organization: "o", project: "p",
                keyFingerprint: "ff00")
            try await storage.beginAttempt(attempt, claim: drive.claim)
            let all = Drive.split([0, 1], jobs: 1)
            try await storage.assign(all, attempt: 1, claim: drive.claim)
            try await storage.sealAttempt(1, jobs: Drive.digests(all), claim: drive.claim)
            try await expect(storage.attempts(of: drive.batch), equals: [attempt])
        },
        Case("attempts: sealing creates planned jobs in order, with their inputs") { storage in
            let drive = try await storage.driven(7, jobs: 3)
            let jobs = try await storage.providerJobs(of: drive.batch, attempt: nil)
            try expect(jobs.map(\.id), equals: [drive.job(1, 1), drive.job(1, 2), drive.job(1, 3)])
            try expect(jobs.map(\.state), equals: Array(repeating: ProviderJobState(), count: 3))
            try expect(jobs.map(\.input.requests), equals: [3, 2, 2])
            try expect(jobs.map(\.input.bytes), equals: [300, 200, 200])
            try expect(jobs.map(\.input.sha256), equals: Array(repeating: Fixture.digest, count: 3))
            try expect(jobs.map(\.counts.requested), equals: [3, 2, 2])
        },
        Case("attempts: a realtime job has no digest") { storage in
            let drive = try await storage.claimed(1)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await storage.assign([ProviderJobAssignment(position: 0, job: 1)], attempt: 1, claim: drive.claim)
            let input = ProviderJobDigest(requests: 1, bytes: 0, sha256: nil)
            try await storage.sealAttempt(1, jobs: [1: input], claim: drive.claim)
            try await expect(drive.onlyJob().input, equals: input)
        },
        Case("attempts: requests may be assigned in several chunks, to several jobs") { storage in
            let drive = try await storage.claimed(6)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            let assignments = (0..<6).map { ProviderJobAssignment(position: $0, job: 1 + $0 % 2) }
            for chunk in [assignments[0..<1], assignments[1..<4], assignments[4..<6]] {
                try await storage.assign(Array(chunk), attempt: 1, claim: drive.claim)
            }
            try await storage.sealAttempt(1, jobs: Drive.digests(assignments), claim: drive.claim)
            try await expect(storage.allJobRequests(drive.job(1, 1)).map(\.position), equals: [0, 2, 4])
            try await expect(storage.allJobRequests(drive.job(1, 2)).map(\.position), equals: [1, 3, 5])
        },
        Case("attempts: beginning again removes the earlier unsealed attempt with its contents") { storage in
            let drive = try await storage.claimed(4)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await storage.assign(Drive.split([0, 1, 2, 3], jobs: 2), attempt: 1, claim: drive.claim)
            try await drive.plan([1, 2])
            try await expect(storage.attempts(of: drive.batch).map(\.number), equals: [1])
            try await expect(storage.providerJobs(of: drive.batch, attempt: nil).map(\.id), equals: [drive.job()])
            try await expect(storage.allJobRequests(drive.job()).map(\.position), equals: [1, 2])
            try await expect(storage.history(of: drive.batch, customID: "r0"), equals: [])
        },
        Case("attempts: beginning again keeps sealed attempts") { storage in
            let drive = try await storage.driven(3)
            try await drive.answer([0, 1], .errored)
            try await drive.end()
            let first = try await storage.providerJobs(of: drive.batch, attempt: 1)
            for _ in 0..<2 { try await storage.beginAttempt(Fixture.attempt(2, parent: 1), claim: drive.claim) }
            try await expect(storage.providerJobs(of: drive.batch, attempt: 1), equals: first)
            try await expect(storage.attempts(of: drive.batch).map(\.number), equals: [1])
        },
        Case("attempts: the record counts sealed attempts") { storage in
            let drive = try await storage.claimed(2)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await expect(drive.record().attempts, equals: 0)
            try await drive.plan([0, 1])
            try await expect(drive.record().attempts, equals: 1)
        },
        Case("attempts: the account and the settings can be recorded later, and nothing else changes") { storage in
            let drive = try await storage.driven(2)
            var provider = Fixture.settings
            provider.baseURL = "https://late.example"
            let changed = Attempt(
                number: 1, parent: nil, outcomes: [.errored], provider: provider,
                account: ProviderAccount(provider: "openai", project: "late"), createdAt: Fixture.date(999))
            try await storage.updateAttempt(changed, claim: drive.claim)
            let attempt = try require(try await storage.attempts(of: drive.batch).first, "the attempt")
            try expect(attempt.account, equals: changed.account)
            try expect(attempt.provider, equals: provider)
            try expect(attempt.outcomes, equals: nil)
            try expect(attempt.createdAt, equals: Fixture.attempt(1).createdAt)
        },
    ]

    private static let retrying = [
        Case("retry: only the requests of the new attempt are open again") { storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1, 3], attempt: 2)
            try await expect(storage.allRequests(drive.batch, .open).map(\.position), equals: [1, 3])
            try await expect(storage.allRequests(drive.batch, .outcomes([.succeeded])).map(\.position), equals: [0])
            try await expect(storage.allRequests(drive.batch, .outcomes([.missing])).map(\.position), equals: [2])
        },
        Case("retry: each attempt names its parent") { storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1], attempt: 2)
            let attempts = try await storage.attempts(of: drive.batch)
            try expect(attempts.map(\.number), equals: [1, 2])
            try expect(attempts.map(\.parent), equals: [nil, 1])
            try expect(attempts.map(\.outcomes), equals: [nil, Outcome.unsuccessful])
        },
        Case("retry: a new attempt keeps the jobs and counts of the one before") { storage in
            let drive = try await halfAnswered(storage)
            let before = try await storage.providerJobs(of: drive.batch, attempt: 1)
            try await drive.plan([1, 2, 3], attempt: 2)
            try await drive.answer([1, 2, 3], attempt: 2)
            try await expect(storage.providerJobs(of: drive.batch, attempt: 1), equals: before)
            try await expect(
                storage.providerJobs(of: drive.batch, attempt: 2).map(\.counts),
                equals: [OutcomeCounts(requested: 3, ended: [.succeeded: 3])])
        },
        Case("retry: an ended batch is submitting again, without an end") { storage in
            let drive = try await halfAnswered(storage)
            try await expect(drive.record().finishedAt, equals: Fixture.date(100))
            try await drive.plan([1, 2, 3], attempt: 2)
            let record = try await drive.record()
            try expect(record.status, equals: .submitting)
            try expect(record.finishedAt, equals: nil)
            try expect(record.counts, equals: OutcomeCounts(requested: 4, ended: [.succeeded: 1]))
            try expect(record.counts.open, equals: 3)
        },
        Case("attempts: a cancelled draft stays cancelled when its first attempt is sealed") { storage in
            let drive = try await storage.claimed(2)
            try await storage.requestCancel(of: drive.batch)
            try await drive.plan([0, 1])
            try await expect(drive.record().cancelRequested, equals: true)
        },
        Case("retry: sealing the next attempt clears a cancellation") { storage in
            let drive = try await halfAnswered(storage)
            try await storage.requestCancel(of: drive.batch)
            try await storage.beginAttempt(Fixture.attempt(2, parent: 1), claim: drive.claim)
            try await expect(storage.isCancelRequested(drive.batch), equals: true, "before the seal")
            try await drive.plan([1], attempt: 2)
            try await expect(storage.isCancelRequested(drive.batch), equals: false, "after the seal")
            try await expect(drive.record().cancelRequested, equals: false)
        },
        Case("retry: jobs can be read by attempt") { storage in
            let drive = try await halfAnswered(storage)
            try await drive.plan([1, 2, 3], attempt: 2, jobs: 2)
            try await expect(storage.providerJobs(of: drive.batch, attempt: 1).map(\.id), equals: [drive.job()])
            try await expect(
                storage.providerJobs(of: drive.batch, attempt: 2).map(\.id), equals: [drive.job(2, 1), drive.job(2, 2)])
            try await expect(storage.providerJobs(of: drive.batch, attempt: 3), equals: [])
            try await expect(
                storage.providerJobs(of: drive.batch, attempt: nil).map(\.id),
                equals: [drive.job(), drive.job(2, 1), drive.job(2, 2)])
        },
        Case("retry: attempts are ordered by their numbers") { storage in
            let drive = try await storage.driven(1)
            for number in 2...12 {
                try await drive.answer([0], .errored, attempt: number - 1)
                try await drive.end(attempt: number - 1)
                try await drive.plan([0], attempt: number)
            }
            try await expect(storage.attempts(of: drive.batch).map(\.number), equals: Array(1...12))
            try await expect(
                storage.providerJobs(of: drive.batch, attempt: nil).map(\.id.attempt), equals: Array(1...12))
            try await expect(
                storage.history(of: drive.batch, customID: "r0").map(\.attempt.number), equals: Array(1...12))
        },
    ]

    /// Of four requests one succeeded, one failed and two have no result; the attempt has ended.
    static func halfAnswered(_ storage: any BatchStorage) async throws -> Drive {
        let drive = try await storage.driven(4)
        try await drive.answer([0])
        try await drive.answer([1], .errored)
        try await drive.end(.completed, at: 100)
        return drive
    }
}
