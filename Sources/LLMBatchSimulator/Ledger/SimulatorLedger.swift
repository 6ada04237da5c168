import Foundation
import Synchronization

/// The record of everything that a simulator received: calls, uploads, accepted batches and answered requests.
///
/// Entries are only added, in order. A call is recorded before any trouble affects it. The ledger lives as long as its
/// simulator and can be read from anywhere, including a script's `answer`.
public final class SimulatorLedger: Sendable {
    /// The contents of a ledger at one moment.
    public struct Contents: Sendable {
        /// Every call, in order of arrival.
        public internal(set) var calls: [LedgerCall] = []
        /// Every accepted batch, in order of creation.
        public internal(set) var acceptedJobs: [LedgerJob] = []
        /// Every accepted file, in order of upload.
        public internal(set) var uploads: [LedgerUpload] = []
        /// Every request that the model received. A batch's requests are recorded when its files are created.
        public internal(set) var asks: [LedgerAsk] = []
        /// The number of calls that each route received.
        public internal(set) var callCounts: [SimulatorRoute: Int] = [:]
        /// How many times the model received each custom id.
        public internal(set) var askedCounts: [String: Int] = [:]
    }

    private struct State {
        var contents = Contents()
        var waiters: [UUID: Waiter] = [:]
    }

    private struct Waiter {
        var isMet: @Sendable (Contents) -> Bool
        var continuation: CheckedContinuation<Void, any Error>
    }

    private let state = Mutex(State())

    init() {}

    /// Everything recorded so far.
    public var contents: Contents { state.withLock { $0.contents } }

    /// Returns as soon as the contents meet a condition, immediately if they already do.
    ///
    /// The condition is evaluated on every new entry, under the ledger's lock, so it must not use the ledger itself.
    /// Throws `CancellationError` when the waiting task is cancelled.
    public func wait(until isMet: @escaping @Sendable (Contents) -> Bool) async throws {
        let id = UUID()
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                register(Waiter(isMet: isMet, continuation: continuation), id: id)
            }
        } onCancel: {
            let waiter = state.withLock { $0.waiters.removeValue(forKey: id) }
            waiter?.continuation.resume(throwing: CancellationError())
        }
    }

    /// Adds to the ledger and wakes waiting tasks.
    func record<R: Sendable>(_ add: (inout Contents) -> R) -> R {
        let (result, met) = state.withLock { state -> (R, [Waiter]) in
            let result = add(&state.contents)
            let met = state.waiters.filter { $0.value.isMet(state.contents) }
            for id in met.keys { state.waiters[id] = nil }
            return (result, Array(met.values))
        }
        for waiter in met { waiter.continuation.resume() }
        return result
    }

    private func register(_ waiter: Waiter, id: UUID) {
        let outcome = state.withLock { state -> Result<Void, any Error>? in
            if Task.isCancelled { return .failure(CancellationError()) }
            if waiter.isMet(state.contents) { return .success(()) }
            state.waiters[id] = waiter
            return nil
        }
        if let outcome { waiter.continuation.resume(with: outcome) }
    }
}
