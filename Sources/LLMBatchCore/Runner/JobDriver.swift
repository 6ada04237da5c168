import Foundation

/// Drives one provider job through its life: makes each new state durable, then performs what the lifecycle asks for.
struct JobDriver {
    let job: ProviderJob
    let attempt: Attempt
    let storage: any BatchStorage
    let provider: any BatchProvider
    let endpoint: Endpoint
    /// The model of the job, where it is one.
    let model: String?
    let claim: Claim
    let clock: RunnerClock
    let lifecycle: JobLifecycle
    /// What judges answers before they are stored; nil for a plain batch.
    var check: AnswerCheck?
    /// True when the owner has asked for cancellation just now.
    var givesUp = false

    /// Drives the job to the goal.
    ///
    /// - Throws: what stops it, an ``LLMBatchError``; the job's stored state is then where a later run goes on.
    func drive(until goal: BatchRunner.Goal) async throws {
        var state = job.state
        var actions: [JobAction] = []
        if !state.cancelRequested || givesUp, try await storage.isCancelRequested(claim.batch) {
            actions = try await take(.cancelRequested(at: clock.now()), &state)
        }
        if actions.isEmpty { actions = try await take(beginning(), &state) }
        while let action = actions.first {
            if goal == .submitted, state.isAccepted || state.awaitsProof, !action.tellsProvider {
                guard try await isCancelledNow(state) else { break }
                actions = try await take(.cancelRequested(at: clock.now()), &state)
                continue
            }
            actions.removeFirst()
            guard var event = try await perform(action, state) else { continue }
            // The last moment at which nothing has been accepted.
            if case .uploaded = event, try await isCancelledNow(state) { event = .cancelRequested(at: clock.now()) }
            actions += try await take(event, &state)
        }
        if goal == .submitted, state.awaitsProof {
            throw LLMBatchError(
                .needsAttention, "provider job \(job.id) may have been accepted; that shows when the provider ends it",
                hint: "llmbatch watch \(job.id.batch)  # waits for that\n"
                    + "llmbatch adopt \(job.id.batch) REMOTE-ID  # takes a job that you have found at the provider for it"
            )
        }
        if state.phase == .needsAttention {
            throw LLMBatchError(
                .needsAttention,
                "provider job \(job.id) needs attention: \(state.failure?.message ?? "its state cannot be proved")",
                hint: Decisions.hint(job.id.batch, job: job.id.index))
        }
    }

    private func beginning() -> JobEvent {
        .begin(token: RandomName.make(length: 26), at: clock.now())
    }

    /// Reduces an event and makes the new state durable before anything is done about it.
    private func take(_ event: JobEvent, _ state: inout JobState) async throws -> [JobAction] {
        let (next, actions) = lifecycle.reduce(state, event)
        if next.durable != state.durable { try await storage.record(next, of: job.id, under: claim) }
        state = next
        return actions
    }

    // MARK: - Actions

    func perform(_ action: JobAction, _ state: JobState) async throws -> JobEvent? {
        switch action {
        case .upload(let lookFirst, let pause):
            try await wait(pause)
            return await upload(state, lookFirst: lookFirst)
        case .create: return await create(state)
        case .reconcile(let pause):
            try await wait(pause)
            return await search(state)
        case .poll(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return await poll(state)
        case .cancelRemote(let ids): return await cancel(ids)
        case .collect(let pause):
            try await wait(pause)
            return try await collect(state)
        case .beginAgain(let pause):
            if let cancel = try await waitOrCancel(pause, state) { return cancel }
            return beginning()
        case .answer: return nil
        case .stop(let error): throw error
        }
    }

    // MARK: - Waiting

    private func waitOrCancel(_ pause: Pause, _ state: JobState) async throws -> JobEvent? {
        try await wait(pause)
        return try await isCancelledNow(state) ? .cancelRequested(at: clock.now()) : nil
    }

    /// True when the owner has asked for cancellation, and the job does not know of it yet.
    private func isCancelledNow(_ state: JobState) async throws -> Bool {
        guard !state.cancelRequested else { return false }
        return try await storage.isCancelRequested(claim.batch)
    }

    private func wait(_ pause: Pause) async throws {
        let pacing = provider.pacing
        switch pause {
        case .none: try Task.checkCancellation()
        case .poll(let number):
            try await clock.sleep(min(pacing.firstPoll * (1 << min(number - 1, 20)), pacing.longestPoll))
        case .backoff(let failure, let atLeast):
            try await clock.sleep(
                clock.backoff(failure, first: pacing.firstBackoff, longest: pacing.longestBackoff, atLeast: atLeast))
        case .reconcile: try await clock.sleep(pacing.reconcile)
        case .room: try await clock.sleep(pacing.room)
        }
    }
}

extension JobAction {
    /// True for what has to be said to the provider before the job is left to itself.
    fileprivate var tellsProvider: Bool {
        if case .cancelRemote = self { return true }
        return false
    }
}

extension JobState {
    /// True while a job that may be ours has to end before it can be known.
    fileprivate var awaitsProof: Bool { phase == .reconciling && polls > 0 }

    /// True once the provider's job id is recorded, or nothing is left to submit.
    fileprivate var isAccepted: Bool {
        switch phase {
        case .submitted, .ended, .needsAttention: true
        // Without a remote job there is nothing to wait for: it ends at once.
        case .collecting: remoteID != nil
        default: false
        }
    }
}
