import Foundation
import LLMBatchCore

/// A claimed batch, with shorthands that take it through its life.
struct Drive: Sendable {
    let storage: any BatchStorage
    let batch: BatchID
    let claim: Claim

    func job(_ attempt: Int = 1, _ index: Int = 1) -> ProviderJobID {
        ProviderJobID(batch: batch, attempt: attempt, index: index)
    }

    /// Seals an attempt at these requests, divided into this many jobs.
    func plan(
        _ positions: some Sequence<Int>, attempt: Int = 1, jobs: Int = 1, asking lines: [Int: String] = [:]
    ) async throws {
        let retry = attempt > 1
        try await storage.beginAttempt(
            Fixture.attempt(attempt, parent: retry ? attempt - 1 : nil, outcomes: retry ? Outcome.unsuccessful : nil),
            claim: claim)
        let assignments = Self.split(Array(positions), jobs: jobs).map { assignment in
            ProviderJobAssignment(
                position: assignment.position, job: assignment.job,
                line: lines[assignment.position].map { Array($0.utf8) })
        }
        try await storage.assign(assignments, attempt: attempt, claim: claim)
        try await storage.sealAttempt(attempt, jobs: Self.digests(assignments), claim: claim)
    }

    static func split(_ positions: [Int], jobs: Int) -> [ProviderJobAssignment] {
        positions.enumerated().map { ProviderJobAssignment(position: $1, job: 1 + $0 * jobs / positions.count) }
    }

    static func digests(_ assignments: [ProviderJobAssignment]) -> [Int: ProviderJobDigest] {
        Dictionary(grouping: assignments, by: \.job).mapValues {
            ProviderJobDigest(requests: $0.count, bytes: 100 * $0.count, sha256: Fixture.digest)
        }
    }

    @discardableResult
    func answer(
        _ positions: some Sequence<Int>, _ outcome: Outcome = .succeeded, attempt: Int = 1, job index: Int = 1
    ) async throws -> IngestReport {
        try await storage.ingest(
            positions.map { Fixture.result($0, outcome, text: "attempt \(attempt)") }, into: job(attempt, index),
            claim: claim)
    }

    @discardableResult
    func end(
        _ status: BatchStatus = .completed, attempt: Int = 1, job index: Int = 1, at seconds: Double = 100
    ) async throws -> OutcomeCounts {
        let state = Fixture.ended(status, at: seconds)
        return try await storage.endProviderJob(job(attempt, index), state: state, closing: state.closing, claim: claim)
    }

    func record() async throws -> BatchRecord { try require(try await storage.batch(batch), "the batch") }

    func onlyJob(_ attempt: Int = 1, _ index: Int = 1) async throws -> ProviderJob {
        let wanted = job(attempt, index)
        return try require(
            try await storage.providerJobs(of: batch, attempt: attempt).first { $0.id == wanted }, "job \(wanted)")
    }
}

extension BatchStorage {
    /// A sealed batch with this many requests, `r0`, `r1` …
    func draft(_ count: Int = 3, _ new: NewBatch = Fixture.batch()) async throws -> BatchID {
        try await beginBatch(new)
        try await appendRequests(Fixture.requests(0..<count), to: new.id)
        _ = try await sealBatch(new.id, contentSHA256: Fixture.digest)
        return new.id
    }

    /// A sealed batch with these ids.
    func draft(ids: [CustomID]) async throws -> BatchID {
        let new = Fixture.batch()
        try await beginBatch(new)
        try await appendRequests(ids.enumerated().map { Fixture.request($0, id: $1) }, to: new.id)
        _ = try await sealBatch(new.id, contentSHA256: Fixture.digest)
        return new.id
    }

    /// Claims a batch, with an expiry far in the future.
    func hold(_ batch: BatchID, _ runner: String = "a") async throws -> Claim {
        try await claim(batch, for: Fixture.owner(runner), until: Fixture.date(60), now: Fixture.date())
    }

    /// A sealed and claimed batch without an attempt.
    func claimed(_ count: Int = 3, _ new: NewBatch = Fixture.batch()) async throws -> Drive {
        let batch = try await draft(count, new)
        return Drive(storage: self, batch: batch, claim: try await hold(batch))
    }

    /// A sealed and claimed batch whose attempt 1 contains all of its requests.
    func driven(_ count: Int = 3, jobs: Int = 1, _ new: NewBatch = Fixture.batch()) async throws -> Drive {
        let drive = try await claimed(count, new)
        try await drive.plan(0..<count, jobs: jobs)
        return drive
    }

    /// A batch with everything: two attempts, two jobs, all outcomes, anomalies, accounts, a cancellation request.
    func eventful(
        _ new: NewBatch = Fixture.batch(name: "eventful", metadata: ["team": "red"], definition: "{\"prompt\":\"p\"}")
    ) async throws -> Drive {
        let drive = try await driven(8, jobs: 2, new)
        var attempt = Fixture.attempt(1)
        attempt.account = ProviderAccount(provider: "openai", project: "p", keyFingerprint: "abcd")
        try await updateAttempt(attempt, claim: drive.claim)
        var state = Fixture.submitted("batch_one")
        state.token = "token-\(new.id)"
        try await saveProviderJob(drive.job(), state: state, claim: drive.claim)
        try await drive.answer([0, 1])
        try await drive.answer([2], .errored)
        try await drive.answer([2, 9], .errored)
        _ = try await ingest([Fixture.result(2, text: "second", sourceLine: 70)], into: drive.job(), claim: drive.claim)
        state.phase = .ended
        state.remoteStatus = .expired
        state.endedAt = Fixture.date(50.5)
        _ = try await endProviderJob(drive.job(), state: state, closing: state.closing, claim: drive.claim)
        _ = try await ingest([Fixture.result(4, native: "{\"key\":\"r4\"}")], into: drive.job(1, 2), claim: drive.claim)
        try await drive.answer([6], job: 2)
        try await drive.end(.completed, job: 2)
        try await recordAnomalies([Fixture.anomaly(drive.job(1, 2))], of: drive.job(1, 2), claim: drive.claim)
        try await drive.plan([2, 3, 5, 7], attempt: 2, asking: [3: "{\"narrow\":3}", 7: "{\"narrow\":7}"])
        try await drive.answer([3], attempt: 2)
        try await drive.answer([5], .invalid, attempt: 2)
        try await requestCancel(of: drive.batch)
        return drive
    }
}
