/// A set of requests that is stored, run, retried and queried: the handle of one batch in one storage.
///
/// The handle holds no state of its own. Everything it reports is in the storage, so two handles of one batch, in one
/// process or in two, always agree. A batch in a durable storage survives the end of the process at any moment.
public struct Batch: Sendable, Identifiable {
    public let id: BatchID
    /// The storage that holds the batch.
    public let storage: any BatchStorage
    /// Builds the provider from the settings stored with each attempt, unless one was given.
    let catalog: ProviderCatalog
    let given: Provider?
    package var clock = RunnerClock.system
    /// True for a batch in a storage that was made for it in memory, since none was named: it ends with the process.
    var isUnkept = false
    var acceptsOtherAccount = false
    /// The options with which this process drives it.
    package var work = RunOptions()

    init(id: BatchID, storage: any BatchStorage, catalog: ProviderCatalog, given: Provider?) {
        self.id = id
        self.storage = storage
        self.catalog = catalog
        self.given = given
    }

    // MARK: - Creating and loading

    /// Creates a batch from all requests of a source. Nothing is sent before ``start()``, ``wait()`` or ``retry(_:)``.
    ///
    /// The batch becomes visible in the storage once its last request is stored; a failure before that leaves nothing
    /// behind.
    ///
    /// - Parameters:
    ///   - name: The owner's name for the batch, unique in the storage.
    ///   - metadata: The owner's labels, for filtering lists.
    ///   - storage: Where the batch is stored. Without one it lives in memory until ``save(to:)``: this process can
    ///     ``wait()`` for it, but ``start(waitingForQueue:)`` refuses to submit it to a batch service and leave.
    /// - Throws: `invalidInput` with file, line and reason; `nameTaken`; `file`; `storage`.
    public static func create(
        _ source: RequestSource, provider: Provider, storage given: (any BatchStorage)? = nil, name: String? = nil,
        metadata: [String: String] = [:]
    ) async throws -> Batch {
        let storage = given ?? MemoryStorage()
        let id = try await BatchImport(source: source, storage: storage).run(
            name: name, metadata: metadata, provider: provider.settings)
        var batch = Batch(id: id, storage: storage, catalog: ProviderCatalog(), given: provider)
        batch.isUnkept = given == nil
        return batch
    }

    /// Creates a batch from a JSONL file of OpenAI batch lines or bare bodies.
    ///
    /// Equivalent to ``create(_:provider:storage:name:metadata:)`` with ``RequestSource/jsonl(_:endpoint:)``.
    public static func create(
        jsonl path: String, provider: Provider, storage: (any BatchStorage)? = nil, name: String? = nil,
        metadata: [String: String] = [:]
    ) async throws -> Batch {
        try await create(.jsonl(path), provider: provider, storage: storage, name: name, metadata: metadata)
    }

    /// Loads a batch by its id, to drive it with a provider of your own: a client with its own key and base URL, for
    /// example.
    ///
    /// - Parameter readPolicy: reads the policy of a typed job from its definition; the module LLMBatchTypedJobs has a
    ///   `load` that passes it.
    /// - Throws: `notFound`.
    public static func load(
        _ id: BatchID, storage: any BatchStorage, provider: Provider, readPolicy: BatchPolicyReader? = nil
    ) async throws -> Batch {
        try await load(
            id, storage: storage, catalog: ProviderCatalog(), provider: provider, readPolicy: readPolicy)
    }

    /// Loads a batch by its id; a catalog builds its provider from the stored settings when it is first needed.
    ///
    /// - Parameter readPolicy: reads the policy of a typed job from its definition.
    /// - Throws: `notFound`.
    public static func load(
        _ id: BatchID, storage: any BatchStorage, catalog: ProviderCatalog, readPolicy: BatchPolicyReader? = nil
    ) async throws -> Batch {
        try await load(id, storage: storage, catalog: catalog, provider: nil, readPolicy: readPolicy)
    }

    private static func load(
        _ id: BatchID, storage: any BatchStorage, catalog: ProviderCatalog, provider: Provider?,
        readPolicy: BatchPolicyReader?
    ) async throws -> Batch {
        guard try await storage.batch(id) != nil else { throw LLMBatchError.noBatch(id) }
        var batch = Batch(id: id, storage: storage, catalog: catalog, given: provider)
        batch.work.readPolicy = readPolicy
        return batch
    }

    // MARK: - Settings

    /// The same batch, continued with another provider, or with the same one under other settings.
    public func using(_ provider: Provider) -> Batch {
        var copy = Batch(id: id, storage: storage, catalog: catalog, given: provider)
        copy.clock = clock
        copy.isUnkept = isUnkept
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

    /// The same batch, allowed to continue under another account than the one it was submitted to.
    public func acceptingOtherAccount() -> Batch {
        var copy = self
        copy.acceptsOtherAccount = true
        return copy
    }

    /// The same batch, reusing answers that its storage already has.
    ///
    /// A request that was answered successfully elsewhere in the storage, by the same provider and model, with the same
    /// body byte for byte, is not sent again. Its answer is stored as a result of this batch, marked as reused
    /// (``BatchResult/isReused``), without tokens. Answers can be reused once their provider job has ended.
    ///
    /// - Parameter fromImports: Whether to reuse answers from portable files too, which anyone may have written. By
    ///   default only answers that this storage collected, or that its owner saved into it, are reused.
    public func reusingAnswers(fromImports: Bool = false) -> Batch {
        var copy = self
        copy.work.reusesAnswers = true
        copy.work.reusesImports = fromImports
        return copy
    }

    /// The provider that the next call would use: the given one, or that of the latest attempt.
    ///
    /// - Throws: `invalidConfiguration`, or `keyRefused` when its key is missing.
    public func provider() async throws -> Provider {
        if let given { return given }
        let latest = try await storage.attempts(of: id).last?.provider
        return try catalog.provider(try await latest.orElse { try await record().provider })
    }

    // MARK: - State

    /// The stored record of the batch, as it is now.
    public func record() async throws -> BatchRecord {
        guard let record = try await storage.batch(id) else { throw LLMBatchError.noBatch(id) }
        return record
    }

    /// The status of the batch, as last recorded; the provider is not contacted.
    public func status() async throws -> BatchStatus { try await record().status }

    /// The number of requests by outcome, as last recorded.
    public func counts() async throws -> OutcomeCounts { try await record().counts }

    /// The attempts, first to last.
    public func attempts() async throws -> [Attempt] { try await storage.attempts(of: id) }

    /// The provider jobs, in order.
    public func providerJobs() async throws -> [ProviderJob] { try await storage.providerJobs(of: id, attempt: nil) }
}

extension Optional {
    fileprivate func orElse(_ other: () async throws -> Wrapped) async throws -> Wrapped {
        if let self { return self }
        return try await other()
    }
}
