public import LLMBatchCore
import LLMBatchSchema

/// Rows in the forms that programs have them in.
extension Job {
    /// Runs the job on objects built in code. See ``run(on:data:storage:name:fork:)``.
    public func run(
        on provider: Provider, data: [[String: JSONValue]], storage: any BatchStorage = Storage.memory(),
        name: String? = nil, fork: Bool = false
    ) async throws -> TypedJobResult<Output> {
        try await run(on: provider, data: .rows(data), storage: storage, name: name, fork: fork)
    }

    /// Runs the job on values, one per row. See ``run(on:data:storage:name:fork:)``.
    public func run<Rows: Sequence & Sendable>(
        on provider: Provider, data: Rows, storage: any BatchStorage = Storage.memory(), name: String? = nil,
        fork: Bool = false
    ) async throws -> TypedJobResult<Output> where Rows.Element: Encodable {
        try await run(on: provider, data: .values(data), storage: storage, name: name, fork: fork)
    }

    /// Runs the job on a stream of values, one per row. See ``run(on:data:storage:name:fork:)``.
    public func run<Rows: AsyncSequence & Sendable>(
        on provider: Provider, data: Rows, storage: any BatchStorage = Storage.memory(), name: String? = nil,
        fork: Bool = false
    ) async throws -> TypedJobResult<Output> where Rows.Element: Encodable {
        try await run(on: provider, data: .stream(data), storage: storage, name: name, fork: fork)
    }

    /// Tests the job on the first of these objects. See ``test(on:data:storage:)``.
    public func test(
        on provider: Provider, data: [[String: JSONValue]], storage: any BatchStorage = Storage.memory()
    ) async throws -> TypedJobResult<Output> {
        try await test(on: provider, data: .rows(data), storage: storage)
    }

    /// Tests the job on the first of these values. See ``test(on:data:storage:)``.
    public func test<Rows: Sequence & Sendable>(
        on provider: Provider, data: Rows, storage: any BatchStorage = Storage.memory()
    ) async throws -> TypedJobResult<Output> where Rows.Element: Encodable {
        try await test(on: provider, data: .values(data), storage: storage)
    }
}
