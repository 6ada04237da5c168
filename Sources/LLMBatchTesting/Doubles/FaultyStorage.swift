public import LLMBatchCore
import Synchronization

/// A storage that fails where a test wants it to, and records its calls.
///
/// It forwards every operation to the storage that it wraps; several faulty storages can share one. A plan selects the
/// calls at which an operation fails, before or after it is carried out, or waits:
///
/// ```swift
/// let lost = LLMBatchError(.storageUnavailable, "the connection was lost")
/// let storage = FaultyStorage(wrapping: Storage.memory(), plan: [.on(.saveProviderJob, 2, .failAfter(lost))])
/// ```
///
/// With an empty plan it behaves like the storage that it wraps, and passes the conformance suite if that storage does.
public final class FaultyStorage: BatchStorage {
    private struct State {
        var plan: FaultPlan
        var calls: [StorageCall] = []
        var struck: [StorageCall] = []
        var counts: [StorageOperation: Int] = [:]
    }

    /// The storage that carries out the operations.
    public let wrapped: any BatchStorage
    private let state: Mutex<State>

    /// Wraps a storage. Without a plan, it only records calls.
    public init(wrapping storage: any BatchStorage, plan: FaultPlan = []) {
        wrapped = storage
        state = Mutex(State(plan: plan))
    }

    /// Every call so far, in order of arrival.
    public var calls: [StorageCall] { state.withLock { $0.calls } }

    /// The calls at which a fault applied.
    public var struck: [StorageCall] { state.withLock { $0.struck } }

    /// Replaces the plan from the next call on, and clears the counts and the recorded calls.
    public func setPlan(_ plan: FaultPlan) {
        state.withLock { $0 = State(plan: plan) }
    }

    /// Records the call, and carries it out as far as the plan allows.
    func perform<Value>(
        _ operation: StorageOperation, _ body: () async throws -> Value
    ) async throws -> Value {
        let (call, faults) = note(operation)
        for fault in faults { try await fault.before(call) }
        let value = try await body()
        for fault in faults { try await fault.after(call) }
        return value
    }

    private func note(_ operation: StorageOperation) -> (StorageCall, [FaultPlan.Fault]) {
        state.withLock { state in
            state.counts[operation, default: 0] += 1
            let call = StorageCall(operation, state.counts[operation, default: 1])
            let faults = state.plan.faults(at: call)
            state.calls.append(call)
            if !faults.isEmpty { state.struck.append(call) }
            return (call, faults)
        }
    }
}
