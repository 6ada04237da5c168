import LLMBatchCore

extension StorageConformance {
    /// Every write about a running attempt is rejected unless its claim is the newest.
    static let staleClaims: [Case] =
        fencedOperations.map(staleCase) + [
            Case("stale claims: an older claim of the same owner is stale too") { storage in
                let drive = try await storage.driven()
                _ = try await storage.hold(drive.batch, "a")
                try await storage.expectUnchanged(drive.batch, .heldElsewhere) { try await drive.answer([0]) }
            },
            Case("stale claims: an unknown fence is refused") { storage in
                let drive = try await storage.driven()
                let invented = Claim(batch: drive.batch, owner: Fixture.owner("a"), fence: drive.claim.fence + 7)
                try await storage.expectUnchanged(drive.batch, .heldElsewhere) {
                    _ = try await storage.ingest([Fixture.result(0)], into: drive.job(), claim: invented)
                }
            },
            Case("stale claims: an expired claim is valid until another is made") { storage in
                let drive = try await storage.driven()
                try await storage.renew(drive.claim, until: Fixture.date(-1000))
                try await expect(drive.answer([0]).stored, equals: 1)
            },
            Case("stale claims: releasing under a stale claim changes nothing and is no error") { storage in
                let drive = try await storage.driven()
                _ = try await storage.hold(drive.batch, "a")
                try await storage.release(drive.claim)
                try await expectRefusal(.heldElsewhere) { _ = try await storage.hold(drive.batch, "b") }
            },
        ]

    private typealias Operation = @Sendable (Drive) async throws -> Void

    /// Each operation acts on a batch with a sealed attempt 1 of two jobs and an unsealed attempt 2 that contains
    /// request 2.
    private static let fencedOperations: [(String, Operation)] = [
        ("renew", { try await $0.storage.renew($0.claim, until: Fixture.date(1000)) }),
        ("beginAttempt", { try await $0.storage.beginAttempt(Fixture.attempt(3, parent: 1), claim: $0.claim) }),
        (
            "assign",
            { try await $0.storage.assign([ProviderJobAssignment(position: 3, job: 1)], attempt: 2, claim: $0.claim) }
        ),
        (
            "sealAttempt",
            { drive in
                let digests = Drive.digests([ProviderJobAssignment(position: 2, job: 1)])
                try await drive.storage.sealAttempt(2, jobs: digests, claim: drive.claim)
            }
        ),
        (
            "updateAttempt",
            { drive in
                var attempt = Fixture.attempt(1)
                attempt.account = ProviderAccount(provider: "thief")
                try await drive.storage.updateAttempt(attempt, claim: drive.claim)
            }
        ),
        (
            "saveProviderJob",
            { try await $0.storage.saveProviderJob($0.job(1, 2), state: Fixture.submitted(), claim: $0.claim) }
        ),
        ("ingest", { try await $0.answer([3], job: 2) }),
        (
            "recordAnomalies",
            { drive in
                try await drive.storage.recordAnomalies(
                    [Fixture.anomaly(drive.job())], of: drive.job(), claim: drive.claim)
            }
        ),
        ("endProviderJob", { try await $0.end(job: 2) }),
    ]

    private static func staleCase(_ name: String, _ operation: @escaping Operation) -> Case {
        Case("stale claims: \(name) is refused and changes nothing, and works under the newest claim") { storage in
            let stale = try await storage.driven(4, jobs: 2)
            try await stale.answer([0, 1])
            try await storage.beginAttempt(Fixture.attempt(2, parent: 1, outcomes: [.errored]), claim: stale.claim)
            try await storage.assign([ProviderJobAssignment(position: 2, job: 1)], attempt: 2, claim: stale.claim)
            let newest = try await storage.claim(
                stale.batch, for: Fixture.owner("b"), until: Fixture.date(900), now: Fixture.date(70))
            try await storage.expectUnchanged(stale.batch, .heldElsewhere, name) { try await operation(stale) }
            try await operation(Drive(storage: storage, batch: stale.batch, claim: newest))
        }
    }
}
