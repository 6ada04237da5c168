import Foundation
import Synchronization

/// The record of everything a simulator was asked for: calls, uploads, accepted batches, requests answered.
///
/// Entries are only ever added, in order, and a call is entered before any trouble on it happens. The ledger lives
/// as long as its simulator and may be read from anywhere, also inside a script's `answer`.
public final class SimulatorLedger: Sendable {
    /// All that a ledger holds at one moment.
    public struct Contents: Sendable {
        /// Every call, in order of arrival.
        public internal(set) var calls: [LedgerCall] = []
        /// Every accepted batch, in order of creation.
        public internal(set) var acceptedJobs: [LedgerJob] = []
        /// Every accepted file, in order of upload.
        public internal(set) var uploads: [LedgerUpload] = []
        /// Every request put to the model. A batch's requests are entered when its files are made.
        public internal(set) var asks: [LedgerAsk] = []
        /// How many calls each route has had.
        public internal(set) var callCounts: [SimulatorRoute: Int] = [:]
        /// How often each custom id was put to the model.
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

    /// Everything recorded until now.
    public var contents: Contents { state.withLock { $0.contents } }

    /// Returns as soon as what is recorded meets a condition, at once if it does already.
    ///
    /// The condition is tried at every new entry, under the ledger's lock, so it must not use the ledger itself.
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

    /// Adds to the ledger and wakes whoever waited for it.
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
