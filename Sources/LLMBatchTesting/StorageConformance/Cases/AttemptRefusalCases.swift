import LLMBatchCore

extension StorageConformance {
    /// Invalid attempts. Rejecting one changes nothing.
    static let attemptRefusals = [
        Case("attempts: a number in use is refused") { storage in
            let drive = try await storage.driven(2)
            try await storage.expectUnchanged(drive.batch, .wrongState) {
                try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            }
        },
        Case("attempts: a sealed attempt accepts no more requests") { storage in
            let drive = try await storage.claimed(3)
            try await drive.plan([0, 1])
            try await storage.expectUnchanged(drive.batch, .wrongState) {
                try await storage.assign([ProviderJobAssignment(position: 2, job: 1)], attempt: 1, claim: drive.claim)
            }
        },
        Case("attempts: an attempt is sealed only once") { storage in
            let drive = try await storage.driven(2)
            try await drive.answer([0])
            try await storage.requestCancel(of: drive.batch)
            try await storage.expectUnchanged(drive.batch, .wrongState) {
                try await storage.sealAttempt(1, jobs: Drive.digests(Drive.split([0, 1], jobs: 1)), claim: drive.claim)
            }
        },
        Case("attempts: an unknown attempt accepts nothing") { storage in
            let drive = try await storage.driven(2)
            let one = [ProviderJobAssignment(position: 0, job: 1)]
            try await storage.expectUnchanged(drive.batch, .notFound, "assign") {
                try await storage.assign(one, attempt: 5, claim: drive.claim)
            }
            try await storage.expectUnchanged(drive.batch, .notFound, "seal") {
                try await storage.sealAttempt(5, jobs: Drive.digests(one), claim: drive.claim)
            }
            try await storage.expectUnchanged(drive.batch, .notFound, "update") {
                try await storage.updateAttempt(Fixture.attempt(5), claim: drive.claim)
            }
        },
        Case("attempts: a position without a request is refused, with its whole chunk") { storage in
            let drive = try await storage.claimed(3)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            for wrong in [3, -1, 4000] {
                try await expectRefusal(.invalidInput, "place \(wrong)") {
                    try await storage.assign(Drive.split([0, wrong], jobs: 1), attempt: 1, claim: drive.claim)
                }
            }
            let good = Drive.split([0, 1, 2], jobs: 1)
            try await storage.assign(good, attempt: 1, claim: drive.claim)
            try await storage.sealAttempt(1, jobs: Drive.digests(good), claim: drive.claim)
            try await expect(storage.allJobRequests(drive.job()).map(\.position), equals: [0, 1, 2])
        },
        Case("attempts: a request is in only one job of an attempt") { storage in
            let drive = try await storage.claimed(3)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await storage.assign([ProviderJobAssignment(position: 0, job: 1)], attempt: 1, claim: drive.claim)
            for job in [1, 2] {
                try await expectRefusal(.invalidInput, "again in job \(job)") {
                    try await storage.assign(
                        [ProviderJobAssignment(position: 1, job: job), ProviderJobAssignment(position: 0, job: job)],
                        attempt: 1,
                        claim: drive.claim)
                }
            }
            try await expectRefusal(.invalidInput, "twice in one chunk") {
                try await storage.assign(
                    [ProviderJobAssignment(position: 1, job: 1), ProviderJobAssignment(position: 1, job: 2)],
                    attempt: 1,
                    claim: drive.claim)
            }
            let seal = Drive.digests([ProviderJobAssignment(position: 0, job: 1)])
            try await storage.sealAttempt(1, jobs: seal, claim: drive.claim)
            try await expect(storage.allTries(drive.batch).map(\.position), equals: [0])
        },
        Case("attempts: an attempt is sealed with exactly the jobs that were filled") { storage in
            let drive = try await storage.claimed(3)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            let assignments = Drive.split([0, 1, 2], jobs: 2)
            try await storage.assign(assignments, attempt: 1, claim: drive.claim)
            let good = Drive.digests(assignments)
            var (less, more, wrong) = (good, good, good)
            less[2] = nil
            more[3] = good[1]
            wrong[1]?.requests += 1
            for (jobs, what) in [(less, "a job left out"), (more, "a job too many"), (wrong, "a wrong count")] {
                try await storage.expectUnchanged(drive.batch, .invalidInput, what) {
                    try await storage.sealAttempt(1, jobs: jobs, claim: drive.claim)
                }
            }
            try await storage.sealAttempt(1, jobs: good, claim: drive.claim)
        },
        Case("attempts: the jobs of an unsealed attempt cannot be saved, filled or ended") { storage in
            let drive = try await storage.claimed(2)
            try await storage.beginAttempt(Fixture.attempt(1), claim: drive.claim)
            try await storage.assign(Drive.split([0, 1], jobs: 1), attempt: 1, claim: drive.claim)
            try await storage.expectUnchanged(drive.batch, .notFound, "saveProviderJob") {
                try await storage.saveProviderJob(drive.job(), state: Fixture.submitted(), claim: drive.claim)
            }
            try await storage.expectUnchanged(drive.batch, .notFound, "ingest") { try await drive.answer([0]) }
            try await storage.expectUnchanged(drive.batch, .notFound, "endProviderJob") { try await drive.end() }
            try await expectRefusal(.notFound) {
                _ = try await storage.providerJobRequests(ProviderJobRequestQuery(job: drive.job()))
            }
        },
    ]
}
