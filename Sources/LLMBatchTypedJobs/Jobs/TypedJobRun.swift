package import LLMBatchCore
import LLMBatchSchema

/// Finds or creates the batch of a typed job, and drives it to its end.
package struct TypedJobRun: Sendable {
    package let definition: TypedJobDefinition
    package let provider: Provider
    package let storage: any BatchStorage
    /// True when the owner allows resuming a job under another account.
    package var acceptsOtherAccount = false

    package init(
        definition: TypedJobDefinition, provider: Provider, storage: any BatchStorage, acceptsOtherAccount: Bool = false
    ) {
        self.acceptsOtherAccount = acceptsOtherAccount
        self.definition = definition.written(for: provider)
        self.provider = provider
        self.storage = storage
    }

    // MARK: - The batch

    /// The batch with this name, when it has the same definition and rows; otherwise a new one.
    ///
    /// - Throws: `nameTaken` with the differences, unless it is to be forked; `invalidConfiguration` without a model.
    package func batch(of rows: RowSource, name: String?, fork: Bool) async throws -> Batch {
        try checkModel()
        guard let name else { return try await create(rows, name: nil) }
        var candidate = name
        var number = 1
        while true {
            guard let record = try await holder(of: candidate) else {
                do { return try await create(rows, name: candidate) } catch let error as LLMBatchError
                    where error.code == .nameTaken
                {
                    // Another process may have created this very job first; it is then joined.
                    guard try await holder(of: candidate) != nil else { throw error }
                    continue
                }
            }
            let differences = try await differences(from: record, rows)
            if differences.isEmpty { return try await Batch.load(record.id, storage: storage, provider: provider) }
            guard fork else { throw Self.differs(candidate, record.id, differences) }
            number += 1
            candidate = "\(name)-\(number)"
        }
    }

    private func holder(of name: String) async throws -> BatchRecord? {
        try await storage.batches(BatchQuery(name: name, limit: 1)).elements.first
    }

    /// Creates a new batch of these rows.
    package func create(_ rows: RowSource, name: String?) async throws -> Batch {
        try checkModel()
        let id = try await BatchImport(
            source: .groups(rows, of: definition), storage: storage,
            definition: String(decoding: definition.json, as: UTF8.self)
        ).run(name: name, metadata: [:], provider: provider.settings)
        return try await Batch.load(id, storage: storage, provider: provider)
    }

    /// The requests of these rows.
    package func requests(of rows: RowSource) -> RequestSource { .groups(rows, of: definition) }

    /// The SHA-256 of the requests of these rows.
    package func contentSHA256(of rows: RowSource) async throws -> [UInt8] {
        try await requests(of: rows).contentSHA256()
    }

    /// The earlier batch of these rows: an unnamed job with the same definition.
    ///
    /// - Parameter isMeant: false for a batch to ignore.
    package func earlier(_ rows: RowSource, where isMeant: (BatchRecord) throws -> Bool = { _ in true }) async throws
        -> EarlierBatch.Found
    {
        func isSame(_ record: BatchRecord) throws -> Bool {
            guard record.name == nil, try isMeant(record), let stored = try record.jobDefinition() else { return false }
            return definition.differences(from: stored).isEmpty
        }
        func find(_ content: [UInt8]) async throws -> EarlierBatch.Found {
            try await EarlierBatch(in: storage, content: content, settings: provider.settings).find(where: isSame)
        }
        let found = try await find(try await contentSHA256(of: rows))
        guard case .nothing = found else { return found }
        guard let content = try await formerContent(of: rows, where: isSame) else { return .nothing }
        return try await find(content)
    }

    /// The SHA-256 of the requests that version 0.1 wrote for these rows, in another form; nil when it wrote none.
    private func formerContent(
        of rows: RowSource, where isSame: (BatchRecord) throws -> Bool
    ) async throws -> [UInt8]? {
        var query = BatchQuery()
        while true {
            let page = try await storage.batches(query)
            for record in page.elements {
                guard let stored = try? record.jobDefinition(), stored.isFormer, try isSame(record) else { continue }
                if try await FormerRows(record, stored, storage).are(rows) { return record.contentSHA256 }
            }
            guard page.hasMore, let last = page.elements.last else { return nil }
            query.after = last.id
        }
    }

    /// The size of all requests, for an estimate.
    package func measure(_ rows: RowSource) async throws -> (rows: Int, requests: Int, bytes: Int) {
        var writer = try RowGroupWriter(definition)
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

    /// Without a model every request would be rejected; only `offline` needs none.
    private func checkModel() throws(LLMBatchError) {
        let settings = provider.settings
        let given = if case .string(let name)? = definition.parameters["model"] { name } else { settings.model ?? "" }
        guard given.allSatisfy(\.isWhitespace), settings.name != "offline" else { return }
        throw LLMBatchError(
            .invalidConfiguration, "the job has no model: \(settings.name) needs one",
            remedy: Remedy(nil, .give(.model)))
    }

    private func differences(from record: BatchRecord, _ rows: RowSource) async throws -> [String] {
        guard let stored = try record.jobDefinition() else { return ["it is not a typed job"] }
        var names = definition.differences(from: stored)
        names += try await identityDifferences(from: record).map(\.description)
        // Only then do equal rows create equal requests.
        if definition.differences(from: stored).isEmpty,
            try await RequestSource.groups(rows, of: stored).contentSHA256() != record.contentSHA256
        {
            let isSame = stored.isFormer ? try await FormerRows(record, stored, storage).are(rows) : false
            if !isSame { names.append("the rows") }
        }
        return names
    }

    /// The differences from the provider that the job was created for, and from that of its latest attempt, which a
    /// retry may have changed.
    private func identityDifferences(from record: BatchRecord) async throws -> [ProviderIdentity.Difference] {
        func differences(from settings: ProviderSettings) -> [ProviderIdentity.Difference] {
            ProviderIdentity(provider.settings).differences(from: ProviderIdentity(settings))
                .filter { !($0.isOfAccount && acceptsOtherAccount) }
        }
        let found = differences(from: record.provider)
        guard !found.isEmpty, let latest = try await storage.attempts(of: record.id).last else { return found }
        return differences(from: latest.provider).isEmpty ? [] : found
    }

    private static func differs(_ name: String, _ id: BatchID, _ differences: [String]) -> LLMBatchError {
        LLMBatchError(
            .nameTaken, "the job named \"\(name)\" differs: \(differences.joined(separator: ", "))",
            remedy: Remedy("The first is batch \(id). Choose another name", .give(.fork))
        )
    }
}

extension LLMBatchError {
    /// The batch is a plain one.
    static func notTypedJob(_ id: BatchID) -> LLMBatchError {
        LLMBatchError(
            .wrongState, "batch \(id) is not a typed job: it has requests, not rows",
            remedy: Remedy(nil, .showResults(id)))
    }
}
