import Foundation

/// Drives one provider job through its life: makes each new state durable, then performs the lifecycle's actions.
struct ProviderJobDriver {
    let job: ProviderJob
    let attempt: Attempt
    let storage: any BatchStorage
    let provider: any BatchProvider
    let pacing: Pacing
    let endpoint: Endpoint
    /// The model of the job, where it has a single one.
    let model: String?
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: ProviderJobLifecycle
    /// Validates answers before they are stored; nil for a plain batch.
    var policy: (any BatchPolicy)?
    /// True when the owner has just requested cancellation.
    var givesUp = false
    /// False when a full queue ends the run instead of being waited out.
    var waitsForQueue = true
    /// Limits how many jobs of the attempt call the provider concurrently.
    var gate = Gate(width: 1)
    /// The board on which the job reports what it waits for.
    var waitBoard: WaitBoard?

    /// Drives the job to the goal.
    ///
    /// - Throws: the ``LLMBatchError`` that stops the job; a later run resumes from the stored state.
    func drive(until goal: BatchRunner.Goal) async throws {
        var state = job.state
        var actions: [ProviderJobAction] = []
        if !state.cancelRequested || givesUp, try await storage.isCancelRequested(claim.batch) {
            actions = try await take(.cancelRequested(at: clock.now()), &state)
        }
        if actions.isEmpty { actions = try await opening(for: goal, &state) }
        let hasCancelCall = actions.contains(where: \.isCancelCall)
        while let action = actions.first {
            if goal == .submitted, state.isAccepted || state.awaitsProof, !action.isCancelCall {
                guard try await isCancelledNow(state) else { break }
                actions = try await take(.cancelRequested(at: clock.now()), &state)
                continue
            }
            if goal.isStep, isLongWait(action, state) || (hasCancelCall && action.fetches(state)) { break }
            try checkQueue(action, state)
            actions.removeFirst()
            show(action, state)
            let done = try await Observation.step(of: job.id, remoteID: state.remoteID, after: state.failures) {
                try await perform(action, state, waiting: !goal.isStep)
            }
            guard var event = done else { continue }
            // The last moment at which nothing has been accepted.
            if case .uploaded = event, try await isCancelledNow(state) { event = .cancelRequested(at: clock.now()) }
            actions += try await take(event, &state)
            if goal.isStep, let next = actions.first, isLongWait(next, state), let error = event.failure { throw error }
        }
        try checkAttention(state, goal)
    }

    /// The first actions. A caller that checks briefly continues from the last check, and does not restart the count.
    private func opening(for goal: BatchRunner.Goal, _ state: inout ProviderJobState) async throws
        -> [ProviderJobAction]
    {
        guard case .advanced(let submitting) = goal else { return try await take(beginning(), &state) }
        switch state.phase {
        case .submitted: return lifecycle.look(at: state)
        case .collecting:
            guard let looks = state.looks, state.abandonment == nil else { return [.collect(after: .none)] }
            return left(of: looks.count, since: looks.at) > .zero ? [] : [.lookAgain(after: .none)]
        case .planned where state.queueFull != nil:
            // Capacity is requested as often as by callers that wait for it.
            let next = (state.intendedAt ?? .distantPast) + pacing.queueFull.timeInterval
            return submitting && clock.now() >= next ? try await take(beginning(), &state) : []
        default: return submitting ? try await take(beginning(), &state) : []
        }
    }

    /// Whether an action waits for something that takes long. Listings that search for a lost create call do not: only
    /// several in a row prove anything.
    private func isLongWait(_ action: ProviderJobAction, _ state: ProviderJobState) -> Bool {
        switch action {
        case .poll(let pause), .collect(let pause), .lookAgain(let pause), .beginAgain(let pause): pause != .none
        case .reconcile(let pause): pause != .none && pause != .reconcile
        // A failed look-up is not worth waiting for.
        case .upload(_, let pause): pause != .none && state.failures > 0
        default: false
        }
    }

    private func checkQueue(_ action: ProviderJobAction, _ state: ProviderJobState) throws {
        guard !waitsForQueue, action == .beginAgain(after: .queueFull) else { return }
        let reason = state.queueFull.map { ": \($0.code): \($0.message)" } ?? ""
        throw LLMBatchError(
            .providerUnavailable, "the provider's queue is full for provider job \(job.id)\(reason)",
            remedy: Remedy("Nothing is lost; it can be submitted later", .wait(job.id.batch)), kind: .quota)
    }

    private func checkAttention(_ state: ProviderJobState, _ goal: BatchRunner.Goal) throws {
        if goal == .submitted, state.awaitsProof {
            throw LLMBatchError(
                .needsAttention,
                "provider job \(job.id) may have been accepted; that will be known when it ends at the provider",
                remedy: Remedy(nil, .wait(job.id.batch), .adopt(job.id.batch, job: job.id.index)))
        }
        guard state.phase == .needsAttention, goal != .advanced(submitting: false) else { return }
        throw LLMBatchError(
            .needsAttention,
            "provider job \(job.id) needs attention: \(state.failure?.message ?? "its state cannot be proved")",
            remedy: .deciding(job.id.batch, job: job.id.index))
    }

    private func beginning() -> ProviderJobEvent {
        .begin(token: RandomName.make(length: 26), at: clock.now())
    }

    /// Reduces an event and makes the new state durable before any action is performed.
    private func take(_ event: ProviderJobEvent, _ state: inout ProviderJobState) async throws -> [ProviderJobAction] {
        let (next, actions) = lifecycle.reduce(state, event)
        if next.durable != state.durable { try await storage.record(next, of: job.id, under: claim) }
        report(event, next, after: state)
        state = next
        return actions
    }

    private func report(_ event: ProviderJobEvent, _ new: ProviderJobState, after old: ProviderJobState) {
        switch event {
        case .polled(let seen): Observation.report(.polled(rawStatus: seen.rawStatus), of: job.id, seen.id)
        case .uploadFailed(let error), .createFailed(let error), .listingFailed(let error), .pollFailed(let error),
            .collectionFailed(let error), .lookUpFailed(let error):
            Observation.report(
                .failed(error.asResultError, isTransient: error.isTransient), of: job.id, new.remoteID)
        default: break
        }
        Observation.report(new, after: old, of: job.id)
    }

    // MARK: - Actions

    func perform(_ action: ProviderJobAction, _ state: ProviderJobState, waiting: Bool) async throws
        -> ProviderJobEvent?
    {
        switch action {
        case .upload(let lookFirst, let pause):
            try await wait(waiting ? pause : .none)
            return try await gate.pass { try await upload(state, lookFirst: lookFirst) }
        case .create: return try await gate.pass { await create(state) }
        case .reconcile(let pause):
            try await wait(pause)
            return try await gate.pass { try await search(state) }
        case .poll(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return try await gate.pass { try await poll(state) }
        case .cancelRemote(let ids): return try await gate.pass { await cancel(ids) }
        case .lookAgain(let pause):
            try await wait(pause)
            Failpoint.lookAgainBefore.pass()
            return try await gate.pass { try await poll(state) }
        case .collect(let pause):
            try await wait(pause)
            return try await gate.pass { try await collect(state) }
        case .beginAgain(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return beginning()
        case .answer: return nil
        case .stop(let error): throw error
        }
    }

    // MARK: - Waiting

    private func waitOrCancel(_ pause: Pause, _ state: ProviderJobState) async throws -> ProviderJobEvent? {
        try await wait(pause)
        return try await isCancelledNow(state) ? .cancelRequested(at: clock.now()) : nil
    }

    /// True when the owner has requested cancellation and the job has not taken it up yet.
    private func isCancelledNow(_ state: ProviderJobState) async throws -> Bool {
        guard !state.cancelRequested else { return false }
        return try await storage.isCancelRequested(claim.batch)
    }

    /// What is left of the pause after the n-th consecutive check. The time that passed before a restart counts, and a
    /// clock that was set back does not make the wait longer.
    func left(of look: Int, since date: Date) -> Duration {
        let pause = min(pacing.firstPoll * (1 << min(look - 1, 20)), pacing.longestPoll)
        return max(.zero, pause - .seconds(max(0, clock.now().timeIntervalSince(date))))
    }

    private func wait(_ pause: Pause) async throws {
        switch pause {
        case .none: try Task.checkCancellation()
        case .poll(let number):
            try await clock.sleep(min(pacing.firstPoll * (1 << min(number - 1, 20)), pacing.longestPoll))
        case .backoff(let failure, let atLeast):
            try await clock.sleep(
                clock.backoff(failure, first: pacing.firstBackoff, longest: pacing.longestBackoff, atLeast: atLeast))
        case .reconcile: try await clock.sleep(pacing.reconcile)
        case .look(let number, let date): try await clock.sleep(left(of: number, since: date))
        case .queueFull: try await clock.sleep(pacing.queueFull)
        }
    }
}

extension ProviderJobAction {
    /// True for calls that must reach the provider before the job is left alone.
    fileprivate var isCancelCall: Bool {
        if case .cancelRemote = self { return true }
        return false
    }

    /// True when it fetches results of a job at the provider. A job that was cancelled a moment ago may not have
    /// written all its answers yet.
    fileprivate func fetches(_ state: ProviderJobState) -> Bool {
        if case .collect = self { return state.remoteID != nil && state.abandonment == nil }
        return false
    }
}

extension ProviderJobEvent {
    /// The failure of a call, for a caller that does not wait for a retry.
    fileprivate var failure: LLMBatchError? {
        switch self {
        case .uploadFailed(let error): error.asBatchError(doing: "uploading the input")
        case .createFailed(let error) where !error.isQueueFull: error.asBatchError(doing: "creating the job")
        case .listingFailed(let error): error.asBatchError(doing: "looking for the job at the provider")
        case .pollFailed(let error): error.asBatchError(doing: "asking for the job's status")
        case .collectionFailed(let error): error.asBatchError(doing: "fetching the results")
        default: nil
        }
    }
}

extension ProviderJobState {
    /// True while a job that may be ours has to end before that can be known.
    fileprivate var awaitsProof: Bool { phase == .reconciling && polls > 0 }

    /// True once the provider's job id is recorded, or nothing is left to submit.
    fileprivate var isAccepted: Bool {
        switch phase {
        case .submitted, .ended, .needsAttention: true
        // Without a remote job there is nothing to wait for: it ends at once.
        case .collecting: remoteID != nil && abandonment == nil
        default: false
        }
    }
}
