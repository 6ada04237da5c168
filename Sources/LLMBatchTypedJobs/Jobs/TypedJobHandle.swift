import Foundation
public import LLMBatchCore

/// A typed job that has been submitted: asked about, waited for and read, in this process or a later one.
///
/// It holds no rows. Whatever it reports is in the storage of its batch, so another process gets the same job by
/// ``Job/load(_:storage:provider:)``.
public struct TypedJobHandle<Output: Codable & Sendable>: Sendable, Identifiable {
    /// The batch that the job runs as.
    public let batch: Batch
    let maxRetries: Int
    let stopOnExhaustion: Bool

    /// The id of the batch.
    public var id: BatchID { batch.id }

    /// How far the job is, as last recorded; nothing is asked of the provider.
    public func progress() async throws -> BatchProgress { try await batch.record().progress }

    /// Resumes the job as far as it goes without waiting. See ``LLMBatchCore/Batch/advance()``; rows without a good value
    /// are not sent again, which ``wait()`` does.
    @discardableResult
    public func advance() async throws -> Batch.Standing { try await batch.advance() }

    /// Works on the job until every row has a value or the retries are used up, and reads what it gave.
    ///
    /// Cancelling the task stops the work and loses nothing.
    ///
    /// - Throws: ``TypedJobExhaustion`` when rows are left without a value (see `stopOnExhaustion` of ``Job``); as
    ///   ``LLMBatchCore/Batch/wait()``.
    public func wait() async throws -> TypedJobResult<Output> {
        let began = batch.clock.now()
        try await TypedJobRun.drive(batch, retries: maxRetries, decode: Job<Output>.check) {
            try await $0.wait()
        }
        let result = try await result(since: began)
        if stopOnExhaustion, !result.success { throw TypedJobExhaustion(result: result) }
        return result
    }

    /// What the job has given so far: the values of the rows that have one, and why the others have none.
    public func result() async throws -> TypedJobResult<Output> { try await result(since: batch.clock.now()) }

    private func result(since began: Date) async throws -> TypedJobResult<Output> {
        let (record, definition) = try await batch.job()
        let clock = batch.clock
        return try await TypedJobResult(
            record, batch.storage, try AnswerValidator(definition, decode: Job<Output>.check),
            decode: Job<Output>.value, seconds: { clock.seconds(since: began) })
    }

    /// The rows in their order, streamed, each with its value or the reason why it has none.
    public func rows() async throws -> RowResults { try await batch.rows(decode: Job<Output>.check) }

    /// Cancels the job: answers that came by then are kept. See ``LLMBatchCore/Batch/cancel()``.
    public func cancel() async throws { try await batch.cancel() }
}

extension Job {
    /// Submits the job and returns: the provider has accepted it, and the process can end.
    ///
    /// With a name, the same job over the same rows is the same batch, as with ``run(on:data:storage:name:fork:)``. A
    /// realtime provider has nothing to submit to; its requests are sent during ``TypedJobHandle/wait()``.
    ///
    /// - Throws: as ``run(on:data:storage:name:fork:)``, but for exhaustion; as ``LLMBatchCore/Batch/start(waitingForQueue:)``.
    public func submit(
        on provider: Provider, data: RowSource, storage: any BatchStorage, name: String? = nil, fork: Bool = false
    ) async throws -> TypedJobHandle<Output> {
        let run = TypedJobRun(definition: definition, provider: provider, storage: storage)
        let handle = handle(of: try await run.batch(of: data, name: name, fork: fork))
        do { try await handle.batch.start() } catch let error as LLMBatchError { throw error.about(handle.id) }
        return handle
    }

    /// Submits the job over values, each a row. See ``submit(on:data:storage:name:fork:)``.
    public func submit<Rows: Sequence & Sendable>(
        on provider: Provider, data: Rows, storage: any BatchStorage, name: String? = nil, fork: Bool = false
    ) async throws -> TypedJobHandle<Output> where Rows.Element: Encodable {
        try await submit(on: provider, data: .values(data), storage: storage, name: name, fork: fork)
    }

    /// Loads a job that was submitted earlier by its name, without its rows.
    ///
    /// - Throws: `notFound`; `wrongState` when the batch of that name is not a typed job; `nameTaken` when it asks something
    ///   else than this job, naming the differences.
    public func load(_ name: String, storage: any BatchStorage, provider: Provider) async throws
        -> TypedJobHandle<Output>
    {
        guard let record = try await storage.batches(BatchQuery(name: name, limit: 1)).elements.first else {
            throw LLMBatchError(
                .notFound, "there is no job named \"\(name)\" in this storage", remedy: Remedy(nil, .listBatches))
        }
        guard let stored = try record.jobDefinition() else { throw LLMBatchError.notTypedJob(record.id) }
        let differences = definition.written(for: provider).differences(from: stored)
        guard differences.isEmpty else {
            throw LLMBatchError(
                .nameTaken, "the job named \"\(name)\" differs: \(differences.joined(separator: ", "))",
                remedy:
                    "Load it with the job that it was submitted with, or read its answers with reprocess(_:storage:)")
        }
        return handle(of: try await Batch.load(record.id, storage: storage, provider: provider))
    }
}
