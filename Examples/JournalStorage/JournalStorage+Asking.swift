public import LLMBatchCore

/// Reads, which the memory answers.
extension JournalStorage {
    public func batch(_ id: BatchID) async throws -> BatchRecord? {
        try await ask { try await $0.batch(id) }
    }

    public func batches(_ query: BatchQuery) async throws -> Page<BatchRecord> {
        try await ask { try await $0.batches(query) }
    }

    public func attempts(of batch: BatchID) async throws -> [Attempt] {
        try await ask { try await $0.attempts(of: batch) }
    }

    public func providerJobs(of batch: BatchID, attempt: Int?) async throws -> [ProviderJob] {
        try await ask { try await $0.providerJobs(of: batch, attempt: attempt) }
    }

    public func providerJob(_ id: ProviderJobID) async throws -> ProviderJob {
        try await ask { try await $0.providerJob(id) }
    }

    public func requests(_ query: RequestQuery) async throws -> Page<StoredRequest> {
        try await ask { try await $0.requests(query) }
    }

    public func requests(of batch: BatchID, customIDs: [CustomID]) async throws -> [StoredRequest] {
        try await ask { try await $0.requests(of: batch, customIDs: customIDs) }
    }

    public func results(_ query: ResultQuery) async throws -> Page<BatchResult> {
        try await ask { try await $0.results(query) }
    }

    public func results(of batch: BatchID, customIDs: [CustomID]) async throws -> [BatchResult] {
        try await ask { try await $0.results(of: batch, customIDs: customIDs) }
    }

    public func history(of batch: BatchID, customIDs: [CustomID]) async throws -> [[RequestTry]] {
        try await ask { try await $0.history(of: batch, customIDs: customIDs) }
    }

    public func anomalies(of batch: BatchID, after cursor: Int?, limit: Int) async throws -> Page<Anomaly> {
        try await ask { try await $0.anomalies(of: batch, after: cursor, limit: limit) }
    }

    public func anomalies(
        of job: ProviderJobID, kind: Anomaly.Kind, after cursor: Int?, limit: Int
    ) async throws -> Page<Anomaly> {
        try await ask { try await $0.anomalies(of: job, kind: kind, after: cursor, limit: limit) }
    }

    public func anomalyCounts(of job: ProviderJobID) async throws -> [Anomaly.Kind: Int] {
        try await ask { try await $0.anomalyCounts(of: job) }
    }

    public func batches(containing customID: CustomID, limit: Int) async throws -> [BatchID] {
        try await ask { try await $0.batches(containing: customID, limit: limit) }
    }

    public func providerJobRequests(_ query: ProviderJobRequestQuery) async throws -> Page<StoredRequest> {
        try await ask { try await $0.providerJobRequests(query) }
    }

    public func customIDs(of job: ProviderJobID, at positions: [Int]) async throws -> [Int: CustomID] {
        try await ask { try await $0.customIDs(of: job, at: positions) }
    }

    public func isCancelRequested(_ batch: BatchID) async throws -> Bool {
        try await ask { try await $0.isCancelRequested(batch) }
    }

    public func tries(of batch: BatchID, after cursor: TryCursor?, limit: Int) async throws -> Page<StoredTry> {
        try await ask { try await $0.tries(of: batch, after: cursor, limit: limit) }
    }
}
