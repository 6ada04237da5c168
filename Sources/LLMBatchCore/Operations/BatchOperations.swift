/// Batches by id, for those who keep their own ids: create, status, retrieve, list, cancel, and all of it in one call.
///
/// A short form of ``Batch``, with the same promises: a batch is durable once ``create(_:settings:endpoint:name:metadata:)``
/// has returned its id, and any process with the storage goes on with it. Errors carry their ``LLMBatchError/kind``.
public struct BatchOperations: Sendable {
    /// Who does the work.
    public let provider: Provider
    /// Where the batches are kept.
    public let storage: any BatchStorage
    var clock: RunnerClock

    /// The batches of a storage, done by a provider.
    ///
    /// - Parameter storage: in memory when left out, and then gone with the process.
    public init(_ provider: Provider, storage: any BatchStorage = MemoryStorage(), clock: RunnerClock = .system) {
        self.provider = provider
        self.storage = storage
        self.clock = clock
    }

    /// Makes a batch, submits it, and returns its id.
    ///
    /// The batch is stored before anything is sent: when the submission fails, it is there (``list(_:)``), and
    /// ``retrieve(_:)`` or ``Batch/start(waitingForRoom:)`` goes on with it. ``LLMBatchError/batch`` names it then.
    ///
    /// - Parameters:
    ///   - requests: what to ask, by ids of the caller's.
    ///   - settings: what all bodies share (model, temperature …); a body's own members win.
    /// - Throws: `invalidInput` when there is nothing to ask; the errors of ``Batch/start(waitingForRoom:)``.
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

    /// Where a batch is, as the provider says now; what was last recorded where it cannot be asked.
    ///
    /// Each call goes on with the batch (``Batch/advance()``), so that whoever polls until the status is final gets there,
    /// with a realtime provider too. A batch that was never submitted stays as it is.
    ///
    /// - Throws: `notFound`; the provider's error where it does not pass by itself.
    public func status(_ id: BatchID) async throws -> BatchRecord {
        let batch = try await batch(id)
        guard try await batch.record().status != .draft else { return try await batch.record() }
        return try await advanced(batch)
    }

    /// The batch after a step; needing its owner's decision is a status as well.
    private func advanced(_ batch: Batch) async throws -> BatchRecord {
        do {
            try await batch.advance()
        } catch let error as LLMBatchError where error.isPassing || error.code == .needsAttention {
            // What is known is told.
        } catch let error as LLMBatchError {
            throw error.about(batch.id)
        }
        return try await batch.record()
    }

    /// The answers of a batch that has ended, by the caller's ids; those that did not succeed are there with their reason.
    ///
    /// All of it in memory: for a batch of any size see ``Batch/results(_:)``. A batch whose submission failed is submitted.
    ///
    /// - Throws: `notFound`; `wrongState` when the batch has not ended; the provider's error where the batch failed as a
    ///   whole or was cancelled before any answer.
    public func retrieve(_ id: BatchID) async throws -> [CustomID: BatchResult] {
        let batch = try await batch(id)
        let open = try await advanced(batch)
        let jobs = try await batch.jobs()
        let isEnding = jobs.filter { $0.id.attempt == jobs.last?.id.attempt }.allSatisfy {
            [.collecting, .ended].contains($0.state.phase)
                || $0.state.phase == .submitted && $0.state.remoteStatus?.isFinal == true
        }
        guard open.status.isFinal || (!jobs.isEmpty && isEnding) else {
            throw LLMBatchError(
                .wrongState, "batch \(id) has not ended (\(open.status.rawValue))", hint: "Ask for its status later"
            ).about(id)
        }
        do { try await batch.wait() } catch let error as LLMBatchError { throw error.about(id) }
        return try await answers(of: batch)
    }

    /// Batches by filter, newest first.
    public func list(_ query: BatchQuery = BatchQuery()) async throws -> Page<BatchRecord> {
        try await storage.batches(query)
    }

    /// Asks for a batch's cancellation: what is answered by then is kept.
    ///
    /// - Throws: `notFound`; `wrongState` when it has ended already.
    public func cancel(_ id: BatchID) async throws {
        do { try await batch(id).cancel() } catch let error as LLMBatchError { throw error.about(id) }
    }

    /// The handle of a batch, for everything else.
    ///
    /// - Throws: `notFound`.
    public func batch(_ id: BatchID) async throws -> Batch {
        try await Batch.load(id, storage: storage, provider: provider).on(clock)
    }

    /// A batch of these requests, not yet submitted.
    func make(
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

    /// The answers of a batch that has ended.
    ///
    /// - Throws: the reason when no request has an answer and the batch itself did not succeed.
    func answers(of batch: Batch) async throws -> [CustomID: BatchResult] {
        var answers: [CustomID: BatchResult] = [:]
        for try await result in batch.results() { answers[result.customID] = result }
        let record = try await batch.record()
        guard record.counts[.succeeded] == 0, record.status != .completed else { return answers }
        let failure =
            try await batch.jobs().compactMap(\.state.failure).first ?? answers.values.compactMap(\.error).first
        throw LLMBatchError.whole(record, failure)
    }
}
