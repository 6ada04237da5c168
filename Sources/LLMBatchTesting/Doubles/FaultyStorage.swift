public import LLMBatchCore
import Synchronization

/// A storage that fails where a test wants it to, and notes what was asked of it.
///
/// It hands every operation on to the storage it wraps, which several faulty storages may share. A plan tells at which
/// calls an operation fails, before or after it was carried out, or waits:
///
/// ```swift
/// let lost = LLMBatchError(.storageUnavailable, "the connection was lost")
/// let storage = FaultyStorage(wrapping: Storage.memory(), plan: [.on(.saveProviderJob, 2, .failAfter(lost))])
/// ```
///
/// With an empty plan it is a storage like the one it wraps, and passes the conformance suite if that one does.
public final class FaultyStorage: BatchStorage {
    private struct State {
        var plan: FaultPlan
        var calls: [StorageCall] = []
        var struck: [StorageCall] = []
        var counts: [StorageOperation: Int] = [:]
    }

    /// The storage that carries the operations out.
    public let wrapped: any BatchStorage
    private let state: Mutex<State>

    /// Wraps a storage; without a plan, it only notes what is called.
    public init(wrapping storage: any BatchStorage, plan: FaultPlan = []) {
        wrapped = storage
        state = Mutex(State(plan: plan))
    }

    /// Every call so far, in the order in which they came.
    public var calls: [StorageCall] { state.withLock { $0.calls } }

    /// The calls at which something was made to happen.
    public var struck: [StorageCall] { state.withLock { $0.struck } }

    /// Follows another plan from the next call on; calls are counted from 1 again, and the record begins anew.
    public func setPlan(_ plan: FaultPlan) {
        state.withLock { $0 = State(plan: plan) }
    }

    /// Notes the call, and carries it out as far as the plan lets it.
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
