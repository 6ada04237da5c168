public import LLMBatchCore
import LLMBatchSchema
import Foundation

extension Job {
    /// Runs the job: sends every row, and retries failures until all rows have a value or the retries are used up.
    ///
    /// With a name, the same job on the same rows is the same batch: answered rows are not sent again, in this process
    /// or a later one. A failure that is not specific to a row (a refused key, no connection) is thrown, with
    /// everything kept.
    ///
    /// - Parameters:
    ///   - provider: the provider, with its model.
    ///   - data: the rows.
    ///   - storage: the storage that holds the job.
    ///   - name: the job's name, unique in the storage.
    ///   - fork: whether to create a new job (`NAME-2`, `NAME-3` and so on), instead of throwing, when a job with that
    ///     name has another definition or other rows.
    /// - Throws: ``TypedJobExhaustion`` when rows are left without a value (see `stopOnExhaustion`); ``LLMBatchError``:
    ///   `invalidConfiguration` without a model, `nameTaken` with the differences, `invalidInput` with the row, and
    ///   others.
    public func run(
        on provider: Provider, data: RowSource, storage: any BatchStorage = Storage.memory(), name: String? = nil,
        fork: Bool = false
    ) async throws -> TypedJobResult<Output> {
        let run = TypedJobRun(definition: definition, provider: provider, storage: storage)
        return try await finish(try await run.batch(of: data, name: name, fork: fork))
    }

    /// Runs the job on the first row alone, ignoring grouping, concurrency and shuffling; retries still apply.
    ///
    /// - Throws: as ``run(on:data:storage:name:fork:)``; `invalidConfiguration` when there are no rows.
    public func test(
        on provider: Provider, data: RowSource, storage: any BatchStorage = Storage.memory()
    ) async throws -> TypedJobResult<Output> {
        let run = TypedJobRun(definition: definition.forOneRow(), provider: provider, storage: storage)
        let single = try Job(run.definition, concurrency: 1, stopOnExhaustion: stopOnExhaustion).on(clock).reusing(
            reusesAnswers, imports: reusesImports)
        return try await single.finish(try await run.batch(of: try await data.first(), name: nil, fork: false))
    }

    /// Reads the stored answers of a job again with this job's type and schema, without sending any request.
    ///
    /// For every row, the first answer that is valid now counts, whatever the verdict when it arrived.
    ///
    /// - Throws: `notFound`; `wrongState` when the batch is not a typed job; ``TypedJobExhaustion`` according to
    ///   `stopOnExhaustion`.
    public func reprocess(_ id: BatchID, storage: any BatchStorage) async throws -> TypedJobResult<Output> {
        guard let record = try await storage.batch(id) else { throw LLMBatchError.noBatch(id) }
        guard let stored = try record.jobDefinition() else { throw LLMBatchError.notTypedJob(id) }
        let judge = try AnswerValidator(stored, schema: definition.schema, decode: Self.check)
        let began = clock.now()
        return try settled(
            try await TypedJobResult(
                record, storage, judge, decode: Self.value, seconds: { clock.seconds(since: began) }))
    }

    /// The handle of a batch that this job is, driven as the job says.
    func handle(of found: Batch) -> TypedJobHandle<Output> {
        var batch = found.on(clock)
        batch.work.concurrency = concurrency
        batch.work.reusesAnswers = reusesAnswers
        batch.work.reusesImports = reusesImports
        batch.work.readPolicy = TypedJobPolicy.reader(decode: Self.check)
        return TypedJobHandle(batch: batch, maxRetries: definition.maxRetries, stopOnExhaustion: stopOnExhaustion)
    }

    private func finish(_ found: Batch) async throws -> TypedJobResult<Output> { try await handle(of: found).wait() }

    private func settled(_ result: TypedJobResult<Output>) throws -> TypedJobResult<Output> {
        if stopOnExhaustion, !result.success { throw TypedJobExhaustion(result: result) }
        return result
    }

    static func value(_ json: [UInt8]) throws -> Output { try OutputDecoder.value(Output.self, json) }

    static var check: RowCheck { { _ = try value($0) } }
}

extension RunnerClock {
    func seconds(since date: Date) -> Double { now().timeIntervalSince(date) }
}
