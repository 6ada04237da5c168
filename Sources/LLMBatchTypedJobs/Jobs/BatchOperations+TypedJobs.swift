public import LLMBatchCore

extension BatchOperations {
    /// The batches of a storage, typed jobs among them, run by a provider.
    public init(_ provider: Provider, storage: any BatchStorage) {
        self.init(provider, storage: storage, clock: .system, readPolicy: TypedJobPolicy.reader())
    }

    /// The same with another clock.
    public init(_ provider: Provider, storage: any BatchStorage, clock: RunnerClock) {
        self.init(provider, storage: storage, clock: clock, readPolicy: TypedJobPolicy.reader())
    }
}
