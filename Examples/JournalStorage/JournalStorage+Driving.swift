public import Foundation
public import LLMBatchCore

/// Claims, and the writes that carry them.
extension JournalStorage {
    public func claim(_ batch: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim {
        try await change(.claimed(.claim(batch, owner: owner, expiry: expiry))) {
            try await $0.claim(batch, for: owner, until: expiry, now: now)
        }
    }

    public func renew(_ claim: Claim, until expiry: Date) async throws {
        try await change(.claimed(.renew(claim, expiry: expiry)))
    }

    public func release(_ claim: Claim) async throws {
        try await change(.claimed(.release(claim)))
    }

    public func beginAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try await change(.claimed(.beginAttempt(attempt, claim)))
    }

    public func assign(_ assignments: [ProviderJobAssignment], attempt: Int, claim: Claim) async throws {
        try await change(.claimed(.assign(assignments, attempt: attempt, claim)))
    }

    public func sealAttempt(_ attempt: Int, jobs: [Int: ProviderJobDigest], claim: Claim) async throws {
        try await change(.claimed(.sealAttempt(attempt, jobs: jobs, claim)))
    }

    public func updateAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try await change(.claimed(.updateAttempt(attempt, claim)))
    }

    public func saveProviderJob(_ job: ProviderJobID, state: ProviderJobState, claim: Claim) async throws {
        try await change(.claimed(.saveProviderJob(job, state, claim)))
    }

    public func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport {
        try await change(.claimed(.ingest(results, progress, into: job, claim))) {
            try await $0.ingest(results, progress: progress, into: job, claim: claim)
        }
    }

    public func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws {
        try await change(.claimed(.recordAnomalies(anomalies, of: job, claim)))
    }

    public func amendProviderJob(
        _ job: ProviderJobID, with results: [IncomingResult], claim: Claim
    ) async throws -> IngestReport {
        try await change(.claimed(.amendProviderJob(job, results, claim))) {
            try await $0.amendProviderJob(job, with: results, claim: claim)
        }
    }

    public func endProviderJob(
        _ job: ProviderJobID, state: ProviderJobState, closing: ProviderJobState.Closing, claim: Claim
    ) async throws -> OutcomeCounts {
        try await change(.claimed(.endProviderJob(job, state, closing, claim))) {
            try await $0.endProviderJob(job, state: state, closing: closing, claim: claim)
        }
    }
}
