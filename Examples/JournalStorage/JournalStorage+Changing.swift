public import Foundation
public import LLMBatchCore

/// Changes to a batch as a whole, and copies.
extension JournalStorage {
    public func beginBatch(_ batch: NewBatch) async throws {
        try await change(.whole(.begin(batch)))
    }

    public func appendRequests(_ requests: [NewRequest], to batch: BatchID) async throws {
        try await change(.whole(.append(requests, to: batch)))
    }

    public func sealBatch(_ batch: BatchID, contentSHA256: [UInt8]) async throws -> BatchRecord {
        try await change(.whole(.seal(batch, contentSHA256: contentSHA256))) {
            try await $0.sealBatch(batch, contentSHA256: contentSHA256)
        }
    }

    public func sweepUnsealed(before date: Date) async throws -> Int {
        try await change(.whole(.sweep(before: date))) { try await $0.sweepUnsealed(before: date) }
    }

    public func deleteBatch(_ batch: BatchID) async throws {
        try await change(.whole(.delete(batch)))
    }

    public func requestCancel(of batch: BatchID) async throws {
        try await change(.whole(.requestCancel(batch)))
    }

    public func beginRestore(_ snapshot: BatchSnapshot) async throws {
        try await change(.whole(.beginRestore(snapshot)))
    }

    public func restoreRequests(_ requests: [NewRequest], to batch: BatchID) async throws {
        try await change(.whole(.restoreRequests(requests, to: batch)))
    }

    public func restoreTries(_ tries: [StoredTry], to batch: BatchID) async throws {
        try await change(.whole(.restoreTries(tries, to: batch)))
    }

    public func restoreAnomalies(_ anomalies: [Anomaly], to batch: BatchID) async throws {
        try await change(.whole(.restoreAnomalies(anomalies, to: batch)))
    }

    public func sealRestore(_ batch: BatchID) async throws {
        try await change(.whole(.sealRestore(batch)))
    }
}
