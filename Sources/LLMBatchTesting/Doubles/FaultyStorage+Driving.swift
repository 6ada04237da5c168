public import Foundation
public import LLMBatchCore

/// Driving batches and copying them.
extension FaultyStorage {
    public func claim(_ batch: BatchID, for owner: ClaimOwner, until expiry: Date, now: Date) async throws -> Claim {
        try await perform(.claim) { try await wrapped.claim(batch, for: owner, until: expiry, now: now) }
    }

    public func renew(_ claim: Claim, until expiry: Date) async throws {
        try await perform(.renew) { try await wrapped.renew(claim, until: expiry) }
    }

    public func release(_ claim: Claim) async throws {
        try await perform(.release) { try await wrapped.release(claim) }
    }

    public func beginAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try await perform(.beginAttempt) { try await wrapped.beginAttempt(attempt, claim: claim) }
    }

    public func assign(_ assignments: [ProviderJobAssignment], attempt: Int, claim: Claim) async throws {
        try await perform(.assign) { try await wrapped.assign(assignments, attempt: attempt, claim: claim) }
    }

    public func sealAttempt(_ attempt: Int, jobs: [Int: ProviderJobDigest], claim: Claim) async throws {
        try await perform(.sealAttempt) { try await wrapped.sealAttempt(attempt, jobs: jobs, claim: claim) }
    }

    public func updateAttempt(_ attempt: Attempt, claim: Claim) async throws {
        try await perform(.updateAttempt) { try await wrapped.updateAttempt(attempt, claim: claim) }
    }

    public func saveProviderJob(_ job: ProviderJobID, state: ProviderJobState, claim: Claim) async throws {
        try await perform(.saveProviderJob) { try await wrapped.saveProviderJob(job, state: state, claim: claim) }
    }

    public func providerJobRequests(_ query: ProviderJobRequestQuery) async throws -> Page<StoredRequest> {
        try await perform(.providerJobRequests) { try await wrapped.providerJobRequests(query) }
    }

    public func customIDs(of job: ProviderJobID, at positions: [Int]) async throws -> [Int: CustomID] {
        try await perform(.customIDs) { try await wrapped.customIDs(of: job, at: positions) }
    }

    public func ingest(
        _ results: [IncomingResult], progress: CollectionProgress?, into job: ProviderJobID, claim: Claim
    ) async throws -> IngestReport {
        try await perform(.ingest) {
            try await wrapped.ingest(results, progress: progress, into: job, claim: claim)
        }
    }

    public func recordAnomalies(_ anomalies: [Anomaly], of job: ProviderJobID, claim: Claim) async throws {
        try await perform(.recordAnomalies) { try await wrapped.recordAnomalies(anomalies, of: job, claim: claim) }
    }

    public func endProviderJob(
        _ job: ProviderJobID, state: ProviderJobState, closing: ProviderJobState.Closing, claim: Claim
    ) async throws -> OutcomeCounts {
        try await perform(.endProviderJob) {
            try await wrapped.endProviderJob(job, state: state, closing: closing, claim: claim)
        }
    }

    public func amendProviderJob(
        _ job: ProviderJobID, with results: [IncomingResult], claim: Claim
    ) async throws -> IngestReport {
        try await perform(.amendProviderJob) { try await wrapped.amendProviderJob(job, with: results, claim: claim) }
    }

    public func requestCancel(of batch: BatchID) async throws {
        try await perform(.requestCancel) { try await wrapped.requestCancel(of: batch) }
    }

    public func isCancelRequested(_ batch: BatchID) async throws -> Bool {
        try await perform(.isCancelRequested) { try await wrapped.isCancelRequested(batch) }
    }

    public func tries(of batch: BatchID, after cursor: TryCursor?, limit: Int) async throws -> Page<StoredTry> {
        try await perform(.tries) { try await wrapped.tries(of: batch, after: cursor, limit: limit) }
    }

    public func beginRestore(_ snapshot: BatchSnapshot) async throws {
        try await perform(.beginRestore) { try await wrapped.beginRestore(snapshot) }
    }

    public func restoreRequests(_ requests: [NewRequest], to batch: BatchID) async throws {
        try await perform(.restoreRequests) { try await wrapped.restoreRequests(requests, to: batch) }
    }

    public func restoreTries(_ tries: [StoredTry], to batch: BatchID) async throws {
        try await perform(.restoreTries) { try await wrapped.restoreTries(tries, to: batch) }
    }

    public func restoreAnomalies(_ anomalies: [Anomaly], to batch: BatchID) async throws {
        try await perform(.restoreAnomalies) { try await wrapped.restoreAnomalies(anomalies, to: batch) }
    }

    public func sealRestore(_ batch: BatchID) async throws {
        try await perform(.sealRestore) { try await wrapped.sealRestore(batch) }
    }
}
