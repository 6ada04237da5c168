/// Batches by id, for callers that keep their own ids: create, status, retrieve, list, cancel, and all of them in one
/// call.
///
/// A short form of ``Batch`` with the same guarantees: a batch is durable once
/// ``create(_:settings:endpoint:name:metadata:)`` has returned its id, and any process with the storage can resume it.
/// Errors carry their ``LLMBatchError/kind``.
public struct BatchOperations: Sendable {
    /// The provider that processes the batches.
    package let provider: Provider
    /// The storage that holds the batches.
    package let storage: any BatchStorage
    private let clock: RunnerClock
    private let readPolicy: BatchPolicyReader?

    /// Creates operations on a storage with a provider.
    ///
    /// - Parameter readPolicy: reads what makes a batch more than its requests; the module LLMBatchTypedJobs has an
    ///   initialiser that passes it.
    public init(
        _ provider: Provider, storage: any BatchStorage, clock: RunnerClock = .system,
        readPolicy: BatchPolicyReader? = nil
    ) {
        self.readPolicy = readPolicy
        self.provider = provider
        self.storage = storage
        self.clock = clock
    }

    /// Creates a batch, submits it, and returns its id.
    ///
    /// The batch is stored before anything is sent. When the submission fails, it exists (``list(_:)``),
    /// ``LLMBatchError/batch`` names it, and ``retrieve(_:)`` or ``Batch/start(waitingForQueue:)`` resumes it.
    ///
    /// - Parameters:
    ///   - requests: the inputs, by custom id.
    ///   - settings: members that all bodies share (model, temperature and so on); a body's own members take
    ///     precedence.
    /// - Throws: `invalidInput` when there are no requests; the errors of ``Batch/start(waitingForQueue:)``.
    public func create(
        _ requests: [CustomID: BatchInput], settings: [String: JSONValue] = [:],
        endpoint: Endpoint = .chatCompletions, name: String? = nil, metadata: [String: String] = [:]
    ) async throws -> BatchID {
        let batch = try await make(requests, settings, endpoint, name, metadata)
        do {
            try await batch.start()
        } catch let error as LLMBatchError {
            throw error.about(batch.id)
        }
        return batch.id
    }

    /// The status of a batch after polling the provider; the last recorded status when the provider cannot be reached.
    ///
    /// Each call advances the batch (``Batch/advance()``), so polling until the status is final finishes it, with a
    /// realtime provider too. A batch that was never submitted stays as it is.
    ///
    /// - Throws: `notFound`; the provider's error unless it is transient.
    public func status(_ id: BatchID) async throws -> BatchRecord {
        let batch = try await batch(id)
        guard try await batch.record().status != .draft else { return try await batch.record() }
        return try await advanced(batch)
    }

    /// The batch after one step; needing its owner's decision is also a status.
    private func advanced(_ batch: Batch) async throws -> BatchRecord {
        do {
            try await batch.advance()
        } catch let error as LLMBatchError where error.isTransient || error.code == .needsAttention {
            // Return what is known.
        } catch let error as LLMBatchError {
            throw error.about(batch.id)
        }
        return try await batch.record()
    }

    /// The results of a batch that has ended, by custom id; unsuccessful requests are included with their error.
    ///
    /// Holds all results in memory; for a batch of any size use ``Batch/results(_:)``. A batch whose submission failed
    /// is submitted.
    ///
    /// - Throws: `notFound`; `wrongState` when the batch has not ended; the provider's error when the batch failed as a
    ///   whole or was cancelled before any answer.
    public func retrieve(_ id: BatchID) async throws -> [CustomID: BatchResult] {
        let batch = try await batch(id)
        let record = try await advanced(batch)
        guard try await hasEndedAtProvider(record) else {
            throw LLMBatchError(
                .wrongState, "batch \(id) has not ended (\(record.status.rawValue))", remedy: "Check its status later"
            ).about(id)
        }
        do { try await batch.wait() } catch let error as LLMBatchError { throw error.about(id) }
        return try await answers(of: batch)
    }

    /// True when nothing is left to do but to collect.
    private func hasEndedAtProvider(_ record: BatchRecord) async throws -> Bool {
        guard !record.status.isFinal else { return true }
        let jobs = try await storage.providerJobs(of: record.id, attempt: record.attempts)
        return !jobs.isEmpty
            && jobs.allSatisfy {
                [.collecting, .ended].contains($0.state.phase)
                    || $0.state.phase == .submitted && $0.state.remoteStatus?.isFinal == true
            }
    }

    /// The batches that match a filter, newest first.
    public func list(_ query: BatchQuery = BatchQuery()) async throws -> Page<BatchRecord> {
        try await storage.batches(query)
    }

    /// Cancels a batch; finished results are kept.
    ///
    /// - Throws: `notFound`; `wrongState` when it has already ended.
    public func cancel(_ id: BatchID) async throws {
        do { try await batch(id).cancel() } catch let error as LLMBatchError { throw error.about(id) }
    }

    /// Creates a batch, waits for it and returns its answers, checking at an interval a bounded number of times.
    ///
    /// Transient failures are waited out. After the last check the call ends with an error of the kind
    /// ``ProviderError/Kind/timeout`` that names the batch. The provider continues to process it, and ``status(_:)``,
    /// ``retrieve(_:)`` and ``cancel(_:)`` keep working.
    ///
    /// - Parameters:
    ///   - statusCheckInterval: the pause between two checks.
    ///   - maxIterations: the maximum number of checks.
    /// - Throws: as ``create(_:settings:endpoint:name:metadata:)`` and ``retrieve(_:)``.
    public func invoke(
        _ requests: [CustomID: BatchInput], settings: [String: JSONValue] = [:],
        endpoint: Endpoint = .chatCompletions, name: String? = nil, metadata: [String: String] = [:],
        statusCheckInterval: Duration = .seconds(60), maxIterations: Int = 24 * 60
    ) async throws -> [CustomID: BatchResult] {
        var batch = try await make(requests, settings, endpoint, name, metadata)
        batch.work.pollInterval = statusCheckInterval
        do {
            guard try await batch.hasEnded(within: statusCheckInterval * max(1, maxIterations)) else {
                throw LLMBatchError(
                    .providerUnavailable, "batch \(batch.id) has not ended after \(maxIterations) checks",
                    remedy:
                        "Nothing is lost: the provider continues to process it, and its answers can be retrieved later",
                    kind: .timeout)
            }
        } catch let error as LLMBatchError {
            throw error.about(batch.id)
        }
        return try await answers(of: batch)
    }

    /// The handle of a batch, for all other operations.
    ///
    /// - Throws: `notFound`.
    public func batch(_ id: BatchID) async throws -> Batch {
        try await Batch.load(id, storage: storage, provider: provider, readPolicy: readPolicy).on(clock)
    }

    /// Creates a batch of these requests without submitting it.
    private func make(
        _ requests: [CustomID: BatchInput], _ settings: [String: JSONValue], _ endpoint: Endpoint, _ name: String?,
        _ metadata: [String: String]
    ) async throws -> Batch {
        let made = try requests.sorted { $0.key.rawValue < $1.key.rawValue }.map { id, input in
            let body = settings.merging(try input.body(for: endpoint, of: id)) { _, own in own }
            return BatchRequest(customID: id, endpoint: endpoint, body: body)
        }
        return try await Batch.create(
            .requests(made), provider: provider, storage: storage, name: name, metadata: metadata
        ).on(clock)
    }

    /// The results of a batch that has ended.
    ///
    /// - Throws: the reason when no request has an answer and the batch itself did not succeed.
    private func answers(of batch: Batch) async throws -> [CustomID: BatchResult] {
        var answers: [CustomID: BatchResult] = [:]
        for try await result in batch.results() { answers[result.customID] = result }
        let record = try await batch.record()
        guard record.counts[.succeeded] == 0, record.status != .completed else { return answers }
        let failure =
            try await batch.providerJobs().compactMap(\.state.failure).first ?? answers.values.compactMap(\.error).first
        throw LLMBatchError.whole(record, failure)
    }
}

extension Batch {
    /// Drives the batch for a limited time; true when it has ended.
    fileprivate func hasEnded(within limit: Duration) async throws -> Bool {
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await self.wait()
                return true
            }
            group.addTask {
                try await self.clock.sleep(limit)
                return false
            }
            defer { group.cancelAll() }
            return try await group.next() ?? false
        }
    }
}
