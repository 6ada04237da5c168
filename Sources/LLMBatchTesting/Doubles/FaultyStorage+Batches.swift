public import Foundation
public import LLMBatchCore

/// Creating and reading batches.
extension FaultyStorage {
    public func beginBatch(_ batch: NewBatch) async throws {
        try await perform(.beginBatch) { try await wrapped.beginBatch(batch) }
    }

    public func appendRequests(_ requests: [NewRequest], to batch: BatchID) async throws {
        try await perform(.appendRequests) { try await wrapped.appendRequests(requests, to: batch) }
    }

    public func sealBatch(_ batch: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord {
        try await perform(.sealBatch) { try await wrapped.sealBatch(batch, contentSHA256: contentSHA256) }
    }

    public func sweepUnsealed(before date: Date) async throws -> Int {
        try await perform(.sweepUnsealed) { try await wrapped.sweepUnsealed(before: date) }
    }

    public func deleteBatch(_ batch: BatchID) async throws {
        try await perform(.deleteBatch) { try await wrapped.deleteBatch(batch) }
    }

    public func batch(_ id: BatchID) async throws -> BatchRecord? {
        try await perform(.batch) { try await wrapped.batch(id) }
    }

    public func batches(_ query: BatchQuery) async throws -> Page<BatchRecord> {
        try await perform(.batches) { try await wrapped.batches(query) }
    }

    public func attempts(of batch: BatchID) async throws -> [Attempt] {
        try await perform(.attempts) { try await wrapped.attempts(of: batch) }
    }

    public func providerJobs(of batch: BatchID, attempt: Int?) async throws -> [ProviderJob] {
        try await perform(.jobs) { try await wrapped.providerJobs(of: batch, attempt: attempt) }
    }

    public func providerJob(_ id: ProviderJobID) async throws -> ProviderJob {
        try await perform(.job) { try await wrapped.providerJob(id) }
    }

    public func requests(_ query: RequestQuery) async throws -> Page<StoredRequest> {
        try await perform(.requests) { try await wrapped.requests(query) }
    }

    public func requests(of batch: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest] {
        try await perform(.requestsByID) { try await wrapped.requests(of: batch, customIDs: customIDs) }
    }

    public func results(_ query: ResultQuery) async throws -> Page<BatchResult> {
        try await perform(.results) { try await wrapped.results(query) }
    }

    public func results(of batch: BatchID, customIDs: [CustomID]) async throws -> [BatchResult] {
        try await perform(.resultsByID) { try await wrapped.results(of: batch, customIDs: customIDs) }
    }

    public func history(of batch: BatchID, customIDs: [CustomID]) async throws -> [[RequestTry]] {
        try await perform(.history) { try await wrapped.history(of: batch, customIDs: customIDs) }
    }

    public func anomalies(of batch: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly> {
        try await perform(.anomalies) { try await wrapped.anomalies(of: batch, after: cursor, limit: limit) }
    }

    public func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly> {
        try await perform(.anomaliesOfJob) {
            try await wrapped.anomalies(of: job, kind: kind, after: cursor, limit: limit)
        }
    }

    public func anomalyCounts(of job: ProviderJobID) async throws -> [Anomaly.Kind: Int] {
        try await perform(.anomalyCounts) { try await wrapped.anomalyCounts(of: job) }
    }

    public func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID] {
        try await perform(.batchesContaining) { try await wrapped.batches(containing: customID, limit: limit) }
    }
}
