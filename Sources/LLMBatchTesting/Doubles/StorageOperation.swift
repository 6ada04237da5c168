/// The operations of a ``LLMBatchCore/BatchStorage``, by name.
public enum StorageOperation: String, Sendable, Hashable, CaseIterable, CustomStringConvertible {
    case beginBatch, appendRequests, sealBatch, sweepUnsealed, deleteBatch
    case batch, batches, attempts, jobs, job
    case requests
    /// `requests(of:customIDs:)`.
    case requestsByID
    case results
    /// `results(of:customIDs:)`.
    case resultsByID
    case history, anomalies
    /// `anomalies(of:kind:after:limit:)`.
    case anomaliesOfJob
    case anomalyCounts
    /// `batches(containing:limit:)`.
    case batchesContaining
    case claim, renew, release
    case beginAttempt, assign, sealAttempt, updateAttempt
    case saveProviderJob, providerJobRequests, customIDs, ingest, recordAnomalies, endProviderJob, amendProviderJob
    case requestCancel, isCancelRequested
    case tries, beginRestore, restoreRequests, restoreTries, restoreAnomalies, sealRestore
    /// `answers(to:)`, for storages that can look up answers.
    case answers

    /// Whether the operation changes what is stored.
    public var isWrite: Bool {
        switch self {
        case .batch, .batches, .attempts, .jobs, .job, .anomaliesOfJob, .anomalyCounts, .requests, .requestsByID,
            .results, .resultsByID, .history, .anomalies,
            .batchesContaining, .providerJobRequests, .customIDs, .isCancelRequested, .tries, .answers:
            false
        default: true
        }
    }

    public var description: String { rawValue }
}
