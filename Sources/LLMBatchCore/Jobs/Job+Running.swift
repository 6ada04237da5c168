import Foundation

extension Job {
    /// Asks every row, and again what failed, until all have a value or the retries are used up.
    ///
    /// With a name, the same job of the same rows is the same batch: whatever was answered is not asked again, in this
    /// process or a later one. Trouble that is not a row's (a refused key, no connection) is thrown, with everything kept.
    ///
    /// - Parameters:
    ///   - provider: who does the work, with the model.
    ///   - data: the rows.
    ///   - storage: where the job is kept.
    ///   - name: the job's name, unique in the storage.
    ///   - fork: whether a job of that name that asks something else, or of other rows, is left alone and a new one made
    ///     (`NAME-2` …) instead of an error.
    /// - Throws: ``JobExhaustion`` when rows are left without a value (see `stopOnExhaustion`); ``LLMBatchError``:
    ///   `invalidConfiguration` without a model, `nameTaken` with the differences named, `invalidInput` with the row …
    public func run(
        on provider: Provider, data: RowSource, storage: any BatchStorage = MemoryStorage(), name: String? = nil,
        fork: Bool = false
    ) async throws -> JobResult<Output> {
        let run = JobRun(definition: definition, provider: provider, storage: storage)
        return try await finish(try await run.batch(of: data, name: name, fork: fork))
    }

    /// Asks the first row alone, whatever the size of packs, the concurrency and the shuffling; retries as a run does.
    ///
    /// - Throws: as ``run(on:data:storage:name:fork:)``; `invalidConfiguration` when there is no row.
    public func test(
        on provider: Provider, data: RowSource, storage: any BatchStorage = MemoryStorage()
    ) async throws -> JobResult<Output> {
        let run = JobRun(definition: definition.forOneRow(), provider: provider, storage: storage)
        let single = try Job(run.definition, concurrency: 1, stopOnExhaustion: stopOnExhaustion).on(clock).reusing(
            reusesAnswers, imports: reusesImports)
        return try await single.finish(try await run.batch(of: try await data.first(), name: nil, fork: false))
    }

    /// Reads the stored answers of a job with this job's type and schema, without asking anything.
    ///
    /// Of every row the first answer that fits stands, whatever was thought of it when it came.
    ///
    /// - Throws: `notFound`; `wrongState` when the batch is no job; ``JobExhaustion`` by `stopOnExhaustion`.
    public func reprocess(_ id: BatchID, storage: any BatchStorage) async throws -> JobResult<Output> {
        guard let record = try await storage.batch(id) else { throw LLMBatchError.noBatch(id) }
        guard let stored = try record.jobDefinition() else { throw LLMBatchError.noJob(id) }
        let judge = try PackJudge(stored, schema: definition.schema, decode: Self.check)
        let began = clock.now()
        return try settled(
            try await JobResult(record, storage, judge, decode: Self.value, seconds: { clock.seconds(since: began) }))
    }

    private func finish(_ found: Batch) async throws -> JobResult<Output> {
        let began = clock.now()
        var batch = found.on(clock)
        batch.work.decode = Self.check
        batch.work.concurrency = concurrency
        batch.work.reusesAnswers = reusesAnswers
        batch.work.reusesImports = reusesImports
        try await JobRun.drive(batch, retries: definition.maxRetries) { try await $0.wait() }
        let (record, definition) = try await batch.job()
        let judge = try PackJudge(definition, decode: Self.check)
        return try settled(
            try await JobResult(
                record, batch.storage, judge, decode: Self.value, seconds: { clock.seconds(since: began) }))
    }

    private func settled(_ result: JobResult<Output>) throws -> JobResult<Output> {
        if stopOnExhaustion, !result.success { throw JobExhaustion(result: result) }
        return result
    }

    private static func value(_ json: [UInt8]) throws -> Output { try OutputDecoder.value(Output.self, json) }

    private static var check: RowCheck { { _ = try value($0) } }
}

extension RunnerClock {
    func seconds(since date: Date) -> Double { now().timeIntervalSince(date) }
}
