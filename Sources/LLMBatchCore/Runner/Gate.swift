import Synchronization

/// Limits the number of tasks that run a call at the same time, first come, first served.
///
/// A slot is held for the length of one call, never while a task sleeps: however long some tasks wait for something
/// else, the others get their turn.
final class Gate: Sendable {
    private struct State {
        var free: Int
        var last = 0
        /// In the order of arrival; cancelled tasks are no longer in `tasks`.
        var waiting: [Int] = []
        var tasks: [Int: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state: Mutex<State>

    init(width: Int) { state = Mutex(State(free: width)) }

    /// Runs `body` when a slot is free.
    ///
    /// - Throws: `CancellationError` when the task is cancelled before that; any error thrown by `body`.
    func pass<Value: Sendable>(_ body: () async throws -> Value) async throws -> Value {
        try await enter()
        defer { leave() }
        return try await body()
    }

    private func enter() async throws {
        let number = state.withLock { state in
            state.last += 1
            return state.last
        }
        let isIn = await withTaskCancellationHandler {
            await withCheckedContinuation { waiting in
                let answer: Bool? = state.withLock { state in
                    if Task.isCancelled { return false }
                    guard state.free == 0 else {
                        state.free -= 1
                        return true
                    }
                    state.waiting.append(number)
                    state.tasks[number] = waiting
                    return nil
                }
                if let answer { waiting.resume(returning: answer) }
            }
        } onCancel: {
            state.withLock { $0.tasks.removeValue(forKey: number) }?.resume(returning: false)
        }
        if !isIn { throw CancellationError() }
    }

    private func leave() {
        let next: CheckedContinuation<Bool, Never>? = state.withLock { state in
            while !state.waiting.isEmpty {
                if let next = state.tasks.removeValue(forKey: state.waiting.removeFirst()) { return next }
            }
            state.free += 1
            return nil
        }
        next?.resume(returning: true)
    }
}
