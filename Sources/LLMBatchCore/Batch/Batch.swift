/// A set of requests that is kept, run, retried and asked about: the handle of one batch in one storage.
///
/// The handle holds no state of its own. Whatever it reports is in the storage, so two handles of one batch, in one
/// process or in two, always agree; a batch in a durable storage survives the end of the process at any moment.
public struct Batch: Sendable, Identifiable {
    /// Its id.
    public let id: BatchID
    /// Where the batch is kept.
    public let storage: any BatchStorage
    /// Builds the provider from the settings that are stored with each attempt, unless one was given.
    let catalog: ProviderCatalog
    let given: Provider?
    var clock = RunnerClock.system
    var acceptsOtherAccount = false
    /// What this process adds to a job's batch.
    var work = JobWork()

    init(id: BatchID, storage: any BatchStorage, catalog: ProviderCatalog, given: Provider?) {
        self.id = id
        self.storage = storage
        self.catalog = catalog
        self.given = given
    }

    // MARK: - Making and loading

    /// Makes a batch of all requests of a source. Nothing is sent before ``start()``, ``wait()`` or ``retry(_:)``.
    ///
    /// The batch becomes visible in the storage when its last request is stored and not before; whatever goes wrong
    /// until then leaves nothing behind.
    ///
    /// - Parameters:
    ///   - name: The owner's name for it, unique in the storage.
    ///   - metadata: The owner's labels, to list by.
    ///   - storage: Where it is kept; in memory, until ``save(to:)``, when left out.
    /// - Throws: `invalidInput` with file, line and reason; `nameTaken`; `file`; `storage`.
    public static func create(
        _ source: RequestSource, provider: Provider, storage: any BatchStorage = MemoryStorage(), name: String? = nil,
        metadata: [String: String] = [:]
    ) async throws -> Batch {
        let id = try await BatchImport(source: source, storage: storage).run(
            name: name, metadata: metadata, provider: provider.settings)
        return Batch(id: id, storage: storage, catalog: ProviderCatalog(), given: provider)
    }

    /// Makes a batch of a JSONL file: OpenAI batch lines, or bare bodies.
    ///
    /// The same as ``create(_:provider:storage:name:metadata:)`` with ``RequestSource/jsonl(_:endpoint:)``.
    public static func create(
        jsonl path: String, provider: Provider, storage: any BatchStorage = MemoryStorage(), name: String? = nil
    ) async throws -> Batch {
        try await create(.jsonl(path), provider: provider, storage: storage, name: name)
    }

    /// The batch of an id, to go on with a provider of one's own (a client with its key and base URL, for example).
    ///
    /// - Throws: `notFound`.
    public static func load(_ id: BatchID, storage: any BatchStorage, provider: Provider) async throws -> Batch {
        try await load(id, storage: storage, catalog: ProviderCatalog(), provider: provider)
    }

    /// The batch of an id; its provider is built from the stored settings by a catalog when it is needed.
    ///
    /// - Throws: `notFound`.
    public static func load(_ id: BatchID, storage: any BatchStorage, catalog: ProviderCatalog) async throws -> Batch {
        try await load(id, storage: storage, catalog: catalog, provider: nil)
    }

    private static func load(
        _ id: BatchID, storage: any BatchStorage, catalog: ProviderCatalog, provider: Provider?
    ) async throws -> Batch {
        guard try await storage.batch(id) != nil else { throw LLMBatchError.noBatch(id) }
        return Batch(id: id, storage: storage, catalog: catalog, given: provider)
    }

    // MARK: - Settings

    /// The same batch, going on with another provider, or with the same one under other settings.
    public func using(_ provider: Provider) -> Batch {
        var copy = Batch(id: id, storage: storage, catalog: catalog, given: provider)
        copy.clock = clock
        copy.acceptsOtherAccount = acceptsOtherAccount
        copy.work = work
        return copy
    }

    /// The same batch with another clock.
    public func on(_ clock: RunnerClock) -> Batch {
        var copy = self
        copy.clock = clock
        return copy
    }

    /// The same batch, going on even under another account than the one it was submitted to.
    public func acceptingOtherAccount() -> Batch {
        var copy = self
        copy.acceptsOtherAccount = true
        return copy
    }

    /// The same batch, answering what it can from answers that its storage has already.
    ///
    /// A request that was answered successfully elsewhere in the storage, by the same provider and model, with the same
    /// body byte for byte, is not asked again: its answer is stored as a result of its own, marked
    /// (``BatchResult/isReused``), without tokens. Answers are found once their provider job has ended.
    ///
    /// - Parameter fromImports: Whether answers count that came in a portable file, which anybody may have written; without
    ///   it, only those that were collected by this storage, or saved into it by its owner.
    public func reusingAnswers(fromImports: Bool = false) -> Batch {
        var copy = self
        copy.work.reusesAnswers = true
        copy.work.reusesImports = fromImports
        return copy
    }

    /// The provider that the next call would use: the given one, or that of the latest attempt.
    ///
    /// - Throws: `invalidConfiguration`, or `keyRefused` when its key is not there.
    public func provider() async throws -> Provider {
        if let given { return given }
        let latest = try await storage.attempts(of: id).last?.provider
        return try catalog.provider(try await latest.orElse { try await record().provider })
    }

    // MARK: - Where it is

    /// All that is known of the batch as a whole, as it is now.
    public func record() async throws -> BatchRecord {
        guard let record = try await storage.batch(id) else { throw LLMBatchError.noBatch(id) }
        return record
    }

    /// Where the batch is in its life, as last recorded; nothing is asked of the provider.
    public func status() async throws -> BatchStatus { try await record().status }

    /// The counts of its requests by outcome, as last recorded.
    public func counts() async throws -> OutcomeCounts { try await record().counts }

    /// Its attempts, first to last.
    public func attempts() async throws -> [Attempt] { try await storage.attempts(of: id) }

    /// Its provider jobs, in order.
    public func jobs() async throws -> [ProviderJob] { try await storage.jobs(of: id, attempt: nil) }
}

extension Optional {
    fileprivate func orElse(_ other: () async throws -> Wrapped) async throws -> Wrapped {
        if let self { return self }
        return try await other()
    }
}
