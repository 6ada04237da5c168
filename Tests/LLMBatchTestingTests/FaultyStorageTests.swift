import LLMBatchCore
import LLMBatchSimulator
import LLMBatchTesting
import Synchronization
import Testing

@Suite("Faulty storage")
struct FaultyStorageTests {
    private static let lost = LLMBatchError(.storageUnavailable, "made to fail")
    private static let new = NewBatch(
        id: .random(), name: "faulty", endpoint: .chatCompletions, metadata: [:],
        provider: ProviderSettings(name: "openai"), createdAt: .thisMillisecond)

    @Test("Without a plan it behaves like the storage it wraps", arguments: StorageConformance.cases)
    func conforms(_ oneCase: StorageConformance.Case) async throws {
        try await StorageConformance.run(oneCase) { FaultyStorage(wrapping: MemoryStorage()) }
    }

    @Test("Every operation is recorded under its own name")
    func names() async throws {
        let made = Mutex<[FaultyStorage]>([])
        for oneCase in StorageConformance.cases where !oneCase.name.hasPrefix("random walk") {
            try await StorageConformance.run(oneCase) {
                let storage = FaultyStorage(wrapping: MemoryStorage())
                made.withLock { $0.append(storage) }
                return storage
            }
        }
        let operations = made.withLock { Set($0.flatMap(\.calls).map(\.operation)) }
        #expect(operations == Set(StorageOperation.allCases))
    }

    @Test("A failure before an operation prevents it; a failure after it does not")
    func beforeAndAfter() async throws {
        for (fault, isThere) in [(FaultPlan.Fault.failBefore(Self.lost), false), (.failAfter(Self.lost), true)] {
            let memory = MemoryStorage()
            let storage = FaultyStorage(wrapping: memory, plan: [.on(.beginBatch, fault)])
            let thrown = await #expect(throws: LLMBatchError.self) { try await storage.beginBatch(Self.new) }
            #expect(thrown == Self.lost)
            #expect(storage.struck == [StorageCall(.beginBatch, 1)])
            let again = await error(of: { try await memory.beginBatch(Self.new) })
            #expect((again == nil) == !isThere)
        }
    }

    @Test("Only the planned calls fail, and a new plan starts its own count")
    func occurrences() async throws {
        let storage = FaultyStorage(wrapping: MemoryStorage(), plan: [.on(.batch, 2...3, .failBefore(Self.lost))])
        #expect(await failures(of: storage, in: 5) == [2, 3])
        storage.setPlan([.on(.batch, 4..., .failAfter(Self.lost)), .on(.jobs, .failBefore(Self.lost))])
        #expect(storage.calls.isEmpty)
        #expect(await failures(of: storage, in: 5) == [4, 5])
        storage.setPlan([.onEverything(.failBefore(Self.lost))])
        #expect(await failures(of: storage, in: 2) == [1, 2])
        #expect(storage.calls == [StorageCall(.batch, 1), StorageCall(.batch, 2)])
    }

    private func failures(of storage: FaultyStorage, in count: Int) async -> [Int] {
        var failures: [Int] = []
        for number in 1...count where await error(of: { _ = try await storage.batch(Self.new.id) }) != nil {
            failures.append(number)
        }
        return failures
    }

    @Test("A waiting call does not block others")
    func waits() async throws {
        let (opened, open) = AsyncStream.makeStream(of: Void.self)
        let (arrived, arrive) = AsyncStream.makeStream(of: StorageCall.self)
        let memory = MemoryStorage()
        let storage = FaultyStorage(
            wrapping: memory,
            plan: [
                .on(
                    .beginBatch,
                    .waitBefore { call in
                        arrive.yield(call)
                        for await _ in opened {}
                    })
            ])
        let waiting = Task { try await storage.beginBatch(Self.new) }
        var arrivals = arrived.makeAsyncIterator()
        #expect(await arrivals.next() == StorageCall(.beginBatch, 1))
        #expect(try await storage.batches(BatchQuery()).elements.isEmpty)
        await #expect(throws: LLMBatchError.self) { try await memory.appendRequests([], to: Self.new.id) }
        open.finish()
        try await waiting.value
        try await memory.appendRequests([], to: Self.new.id)
    }

    /// What an operation threw, if anything.
    private func error(of body: () async throws -> Void) async -> (any Error)? {
        do { try await body(); return nil } catch { return error }
    }
}
