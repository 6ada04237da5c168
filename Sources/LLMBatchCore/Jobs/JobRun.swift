/// Finds or makes the batch of a job, and drives it to its end.
package struct JobRun: Sendable {
    package let definition: JobDefinition
    package let provider: Provider
    package let storage: any BatchStorage

    package init(definition: JobDefinition, provider: Provider, storage: any BatchStorage) {
        self.definition = definition.written(for: provider)
        self.provider = provider
        self.storage = storage
    }

    // MARK: - The batch

    /// The batch of this name, when it asks the same of the same rows; else a new one.
    ///
    /// - Throws: `nameTaken` with what differs, unless it is to be forked; `invalidConfiguration` without a model.
    package func batch(of rows: RowSource, name: String?, fork: Bool) async throws -> Batch {
        try checkModel()
        guard let name else { return try await create(rows, name: nil) }
        var candidate = name
        var number = 1
        while let record = try await storage.batches(BatchQuery(name: candidate, limit: 1)).elements.first {
            let differences = try await differences(from: record, rows)
            if differences.isEmpty { return try await Batch.load(record.id, storage: storage, provider: provider) }
            guard fork else { throw Self.differs(candidate, record.id, differences) }
            number += 1
            candidate = "\(name)-\(number)"
        }
        return try await create(rows, name: candidate)
    }

    /// A new batch of these rows.
    package func create(_ rows: RowSource, name: String?) async throws -> Batch {
        try checkModel()
        let id = try await BatchImport(
            source: .packs(rows, of: definition), storage: storage, definition: definition
        ).run(name: name, metadata: [:], provider: provider.settings)
        return try await Batch.load(id, storage: storage, provider: provider)
    }

    /// SHA-256 of the requests that these rows become.
    package func contentSHA256(of rows: RowSource) async throws -> [UInt8] {
        try await RequestSource.packs(rows, of: definition).contentSHA256()
    }

    /// An unnamed job that asks the same of the same rows, by the same provider and model; nil when there is none.
    package func existing(_ rows: RowSource) async throws -> BatchID? {
        let settings = provider.settings
        let query = BatchQuery(provider: settings.name, contentSHA256: try await contentSHA256(of: rows))
        for record in try await storage.batches(query).elements where record.name == nil {
            guard record.provider.model == settings.model, let stored = try record.jobDefinition() else { continue }
            if definition.differences(from: stored).isEmpty { return record.id }
        }
        return nil
    }

    /// How much all rows would ask: what an estimate is made of.
    package func measure(_ rows: RowSource) async throws -> (rows: Int, requests: Int, bytes: Int) {
        var writer = try PackWriter(definition)
        var measured = (rows: 0, requests: 0, bytes: 0)
        func add(_ requests: [BatchRequest]) {
            measured.requests += requests.count
            measured.bytes += requests.reduce(0) { $0 + $1.body.count }
        }
        try await rows.read { row in
            measured.rows += 1
            add(try writer.add(row))
        }
        add(try writer.rest())
        return measured
    }

    /// A request without a model would be refused row by row; `offline` alone asks none.
    private func checkModel() throws(LLMBatchError) {
        let settings = provider.settings
        let given = if case .string(let name)? = definition.parameters["model"] { name } else { settings.model ?? "" }
        guard given.allSatisfy(\.isWhitespace), settings.name != "offline" else { return }
        throw LLMBatchError(
            .invalidConfiguration, "the job has no model: \(settings.name) must be told which one",
            hint: "Name it: --model NAME (in code, model:)")
    }

    private func differences(from record: BatchRecord, _ rows: RowSource) async throws -> [String] {
        guard let stored = try record.jobDefinition() else { return ["it is no job"] }
        var names = definition.differences(from: stored)
        let settings = provider.settings
        if settings.name != record.provider.name {
            names.append("the provider (\(settings.name), was \(record.provider.name))")
        }
        if settings.model != record.provider.model {
            names.append("the model (\(settings.model ?? "none"), was \(record.provider.model ?? "none"))")
        }
        // Only then do equal rows make equal requests.
        if definition.differences(from: stored).isEmpty,
            try await RequestSource.packs(rows, of: stored).contentSHA256() != record.contentSHA256
        {
            names.append("the rows")
        }
        return names
    }

    private static func differs(_ name: String, _ id: BatchID, _ differences: [String]) -> LLMBatchError {
        LLMBatchError(
            .nameTaken, "the job named \"\(name)\" differs: \(differences.joined(separator: ", "))",
            hint:
                "Choose another name, or make a second job of it with --fork (in code, fork: true); the first is batch \(id)"
        )
    }
}

extension LLMBatchError {
    /// The batch is a plain one.
    static func noJob(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(.wrongState, "batch \(id) is no job: it has requests, and no rows")
    }
}
