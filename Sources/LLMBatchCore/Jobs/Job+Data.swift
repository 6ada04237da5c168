/// Rows in the forms in which programs have them.
extension Job {
    /// Runs the job on objects made in code. See ``run(on:data:storage:name:fork:)``.
    public func run(
        on provider: Provider, data: [[String: JSONValue]], storage: any BatchStorage = MemoryStorage(),
        name: String? = nil, fork: Bool = false
    ) async throws -> JobResult<Output> {
        try await run(on: provider, data: .rows(data), storage: storage, name: name, fork: fork)
    }

    /// Runs the job on values, each a row. See ``run(on:data:storage:name:fork:)``.
    public func run<Rows: Sequence & Sendable>(
        on provider: Provider, data: Rows, storage: any BatchStorage = MemoryStorage(), name: String? = nil,
        fork: Bool = false
    ) async throws -> JobResult<Output> where Rows.Element: Encodable {
        try await run(on: provider, data: .values(data), storage: storage, name: name, fork: fork)
    }

    /// Runs the job on a stream of values, each a row. See ``run(on:data:storage:name:fork:)``.
    public func run<Rows: AsyncSequence & Sendable>(
        on provider: Provider, data: Rows, storage: any BatchStorage = MemoryStorage(), name: String? = nil,
        fork: Bool = false
    ) async throws -> JobResult<Output> where Rows.Element: Encodable {
        try await run(on: provider, data: .stream(data), storage: storage, name: name, fork: fork)
    }

    /// Tests the job on the first of some objects. See ``test(on:data:storage:)``.
    public func test(
        on provider: Provider, data: [[String: JSONValue]], storage: any BatchStorage = MemoryStorage()
    ) async throws -> JobResult<Output> {
        try await test(on: provider, data: .rows(data), storage: storage)
    }

    /// Tests the job on the first of some values. See ``test(on:data:storage:)``.
    public func test<Rows: Sequence & Sendable>(
        on provider: Provider, data: Rows, storage: any BatchStorage = MemoryStorage()
    ) async throws -> JobResult<Output> where Rows.Element: Encodable {
        try await test(on: provider, data: .values(data), storage: storage)
    }
}
